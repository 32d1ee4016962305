#pragma once

#include "bridge/transport/accepted_socket.h"
#include "bridge/transport/shard_context.h"
#include "bridge/transport/sse_endpoint.h"

namespace spanwire::transport {

// Takes over a stream on which the stream's head has been sent, and begins the session. The connection owns itself
// until it ends. Shard thread only; its executor is the shard's.
void StartSse(ShardContext& context, AcceptedSocket accepted, const SseRequest& request);

}  // namespace spanwire::transport

#pragma once

#include "bridge/transport/client_stream.h"
#include "bridge/transport/http_dispatcher.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// Serves HTTP/1 on a stream that has just begun: one request after another, each answered before the next is
// looked at. The connection owns itself until it ends, at the latest with Connection::Abort. Over the caps,
// of the connections that came in by its door and of its address's, it is told so and ends. Shard thread only; the
// stream is of that shard; `dispatcher` outlives the connection.
void StartHttp(ShardContext& context, const HttpDispatcher& dispatcher, ClientStream stream, Door door);

}  // namespace spanwire::transport

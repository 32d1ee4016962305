#pragma once

#include "bridge/transport/http_dispatcher.h"
#include "bridge/transport/shard_context.h"
#include "bridge/transport/socket.h"

namespace spanwire::transport {

// Serves HTTP/1 on a socket that has just been accepted: one request after another, each answered before the next is
// looked at. The connection owns itself until it ends, at the latest with Connection::Abort. Over the caps,
// of the bridge's connections and of its address's, it is told so and ends. Shard thread only; the socket's executor is
// the shard's; `dispatcher` outlives the connection.
void StartHttp(ShardContext& context, const HttpDispatcher& dispatcher, Socket socket);

}  // namespace spanwire::transport

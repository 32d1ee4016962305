#pragma once

#include "bridge/transport/accepted_socket.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// Takes over a stream on which the last answer has been sent. Says so to the client and throws away what it still
// sends, until it closes its side too, has had its time or sent too much: a socket closed with bytes unread resets the
// connection, and the client might lose the answer. `served`: whether it still counts as one of those the bridge
// serves. Shard thread only.
void LingerThenClose(ShardContext& context, AcceptedSocket accepted, bool served);

}  // namespace spanwire::transport

#pragma once

#include <string>

#include "bridge/transport/accepted_socket.h"
#include "bridge/transport/push_connection.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// What the HTTP request said of a client that became a WebSocket.
struct WebSocketHandshake {
  PushPeer peer;
  session::Admission admission;
  bool json_heartbeat = false;  // ?heartbeat=json: cannot answer WebSocket pings, gets a JSON `ping`
};

// Takes over a stream whose upgrade has been answered (101), and begins the session. `early` are bytes that came behind
// the request's head. The connection owns itself until it ends. Shard thread only; its executor is the shard's.
void StartWebSocket(ShardContext& context, AcceptedSocket accepted, std::string early, WebSocketHandshake handshake);

}  // namespace spanwire::transport

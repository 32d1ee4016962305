#pragma once

#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// What the HTTP request said of a client that became a WebSocket.
struct WebSocketHandshake {
  boost::asio::ip::tcp::endpoint remote;
  std::string user_agent;
  bool json_heartbeat = false;  // ?heartbeat=json: cannot answer WebSocket pings, gets a JSON `ping`
};

// Takes over a socket whose upgrade has been answered (101), and begins the session. `early` are bytes that came behind
// the request's head. The connection owns itself until it ends. Shard thread only; the socket's executor is the
// shard's.
void StartWebSocket(ShardContext& context, boost::asio::ip::tcp::socket socket, std::string early,
                    WebSocketHandshake handshake);

}  // namespace spanwire::transport

#pragma once

#include <string_view>

namespace spanwire::transport {

// The headers of a good opening handshake (RFC 6455, section 1.2).
inline constexpr std::string_view kHandshake =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";

}  // namespace spanwire::transport

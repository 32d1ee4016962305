#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace spanwire::bench {

// The key of RFC 6455's example, and the answer to it: a load tool needs no other.
inline constexpr std::string_view kHandshakeKey = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view kHandshakeAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

// Connects to a port of this machine, upgrades, subscribes to the topic and waits for the acknowledgement, blocking for
// at most a few seconds. Returns the socket, non-blocking, with nothing left unread; nothing may be published before.
absl::StatusOr<int> ConnectSubscriber(uint16_t port, std::string_view topic);

// Answers a ping. A socket too full to take it is no fault: any byte is a sign of life.
void SendPong(int fd);

}  // namespace spanwire::bench

#pragma once

#include <cstdint>

namespace spanwire::session {

// Why the bridge ends a connection (docs/protocol.md, section 6). On a WebSocket it is the close frame's code.
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidPayload = 1007,
  kPolicy = 1008,
  kMessageTooBig = 1009,
  kRestart = 1012,
  kOverloaded = 1013,
  kUnauthorized = 4001,
  kForbidden = 4003,
  kSlowConsumer = 4008,
  kHeartbeatMissed = 4009,
  kDisconnectedByAdmin = 4010,
  kTooManyMessages = 4029,
};

// Whether the client may come back (`reconnect` of the `disconnect` message).
constexpr bool MayReconnect(CloseCode code) {
  switch (code) {
    case CloseCode::kNormal:
    case CloseCode::kGoingAway:
    case CloseCode::kRestart:
    case CloseCode::kOverloaded:
    case CloseCode::kUnauthorized:
    case CloseCode::kSlowConsumer:
    case CloseCode::kHeartbeatMissed:
    case CloseCode::kTooManyMessages:
      return true;
    case CloseCode::kProtocolError:
    case CloseCode::kUnsupportedData:
    case CloseCode::kInvalidPayload:
    case CloseCode::kPolicy:
    case CloseCode::kMessageTooBig:
    case CloseCode::kForbidden:
    case CloseCode::kDisconnectedByAdmin:
      return false;
  }
  return false;
}

// Whether a `disconnect` message precedes the close: not where the peer broke the WebSocket protocol itself.
constexpr bool IsAnnounced(CloseCode code) {
  return code != CloseCode::kProtocolError && code != CloseCode::kUnsupportedData &&
         code != CloseCode::kInvalidPayload && code != CloseCode::kMessageTooBig;
}

}  // namespace spanwire::session

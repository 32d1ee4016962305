#pragma once

#include <cstdint>

namespace spanwire::transport::websocket {

// Why a reader gives up on its peer (RFC 6455, section 7.4.1). The bridge's own 4xxx codes are the session's.
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNoStatus = 1005,  // never sent: stands for a close frame without a code
  kInvalidPayload = 1007,
  kPolicyViolation = 1008,
  kMessageTooBig = 1009,
};

// Whether a close frame may carry `code`: 1000 to 1003, 1007 to 1014, and the 3000s and 4000s (RFC 6455, section 7.4,
// and the IANA registry that grew from it).
constexpr bool IsSendableCloseCode(uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace spanwire::transport::websocket

#pragma once

#include <cstdint>
#include <string_view>

#include "bridge/transport/websocket/close_code.h"
#include "bridge/transport/websocket/frame_header.h"

namespace spanwire::transport::websocket {

// What a client can do wrong in its frames.
enum class FrameFault : uint8_t {
  kNone,
  kReservedBits,
  kReservedOpcode,
  kUnmasked,
  kLengthNotMinimal,
  kLengthTopBit,
  kControlFragmented,
  kControlTooLong,
  kNothingToContinue,
  kMessageUnfinished,
  kBinary,
  kMessageTooBig,
  kTextNotUtf8,
  kCloseTooShort,
  kCloseCodeNotSendable,
  kCloseReasonNotUtf8,
};

// What to close the connection with. The sentence fits into a close frame.
CloseCode CodeOf(FrameFault fault);
std::string_view SentenceOf(FrameFault fault);

// What is wrong with a header from a client, by itself and after what came before: `in_message` says that a first
// fragment came and its last did not. kNone where nothing is.
FrameFault JudgeHeader(const FrameHeader& header, bool in_message);

}  // namespace spanwire::transport::websocket

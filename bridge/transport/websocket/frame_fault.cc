#include "bridge/transport/websocket/frame_fault.h"

namespace spanwire::transport::websocket {
namespace {

struct Description {
  CloseCode code;
  std::string_view sentence;
};

Description Describe(FrameFault fault) {
  switch (fault) {
    case FrameFault::kNone:
      break;
    case FrameFault::kReservedBits:
      return {CloseCode::kProtocolError, "A reserved bit is set, but no extension was negotiated."};
    case FrameFault::kReservedOpcode:
      return {CloseCode::kProtocolError, "The opcode is a reserved one."};
    case FrameFault::kUnmasked:
      return {CloseCode::kProtocolError, "The frame is not masked; a client must mask every frame."};
    case FrameFault::kLengthNotMinimal:
      return {CloseCode::kProtocolError, "The length is not in its shortest form."};
    case FrameFault::kLengthTopBit:
      return {CloseCode::kProtocolError, "The top bit of the 64-bit length is set."};
    case FrameFault::kControlFragmented:
      return {CloseCode::kProtocolError, "A control frame must not be fragmented."};
    case FrameFault::kControlTooLong:
      return {CloseCode::kProtocolError, "A control frame must not carry over 125 bytes."};
    case FrameFault::kNothingToContinue:
      return {CloseCode::kProtocolError, "A continuation frame came where no message was begun."};
    case FrameFault::kMessageUnfinished:
      return {CloseCode::kProtocolError, "A new message came before the last one was finished."};
    case FrameFault::kBinary:
      return {CloseCode::kUnsupportedData, "Binary messages are not understood; send JSON as text."};
    case FrameFault::kMessageTooBig:
      return {CloseCode::kMessageTooBig, "The message is over the limit; send smaller ones."};
    case FrameFault::kTextNotUtf8:
      return {CloseCode::kInvalidPayload, "The text is not UTF-8."};
    case FrameFault::kCloseTooShort:
      return {CloseCode::kProtocolError, "A close frame must carry a two-byte code or nothing."};
    case FrameFault::kCloseCodeNotSendable:
      return {CloseCode::kProtocolError, "The close code must not be sent."};
    case FrameFault::kCloseReasonNotUtf8:
      return {CloseCode::kInvalidPayload, "The close reason is not UTF-8."};
  }
  return {CloseCode::kNormal, ""};
}

bool IsKnown(Opcode opcode) {
  switch (opcode) {
    case Opcode::kContinuation:
    case Opcode::kText:
    case Opcode::kBinary:
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      return true;
  }
  return false;
}

FrameFault JudgeLength(const FrameHeader& header) {
  constexpr uint64_t kTopBit = uint64_t{1} << 63;
  if (header.length_code == 126 && header.length < 126) return FrameFault::kLengthNotMinimal;
  if (header.length_code == 127 && header.length < 65536) return FrameFault::kLengthNotMinimal;
  if ((header.length & kTopBit) != 0) return FrameFault::kLengthTopBit;
  return FrameFault::kNone;
}

}  // namespace

CloseCode CodeOf(FrameFault fault) {
  return Describe(fault).code;
}

std::string_view SentenceOf(FrameFault fault) {
  return Describe(fault).sentence;
}

FrameFault JudgeHeader(const FrameHeader& header, bool in_message) {
  if (header.reserved != 0) return FrameFault::kReservedBits;
  if (!IsKnown(header.opcode)) return FrameFault::kReservedOpcode;
  if (!header.masked) return FrameFault::kUnmasked;
  if (IsControl(header.opcode)) {
    if (!header.fin) return FrameFault::kControlFragmented;
    if (header.length_code > kMaxControlPayload) return FrameFault::kControlTooLong;
    return FrameFault::kNone;
  }
  if (header.opcode == Opcode::kContinuation && !in_message) return FrameFault::kNothingToContinue;
  if (header.opcode != Opcode::kContinuation && in_message) return FrameFault::kMessageUnfinished;
  if (const FrameFault fault = JudgeLength(header); fault != FrameFault::kNone) return fault;
  if (header.opcode == Opcode::kBinary) return FrameFault::kBinary;
  return FrameFault::kNone;
}

}  // namespace spanwire::transport::websocket

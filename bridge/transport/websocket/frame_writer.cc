#include "bridge/transport/websocket/frame_writer.h"

#include <cassert>

#include "bridge/model/utf8.h"
#include "bridge/transport/websocket/close_code.h"
#include "bridge/transport/websocket/frame_header.h"

namespace spanwire::transport::websocket {
namespace {

constexpr size_t kMaxCloseReason = kMaxControlPayload - sizeof(uint16_t);

std::string ControlHeader(Opcode opcode, size_t payload_size) {
  assert(payload_size <= kMaxControlPayload);
  constexpr uint8_t kFin = 0x80;
  std::string frame;
  frame.reserve(2 + payload_size);
  frame.push_back(static_cast<char>(kFin | static_cast<uint8_t>(opcode)));
  frame.push_back(static_cast<char>(payload_size));
  return frame;
}

}  // namespace

std::string EncodeClose(uint16_t code, std::string_view reason) {
  assert(IsSendableCloseCode(code));
  reason = model::TruncateUtf8(reason, kMaxCloseReason);
  std::string frame = ControlHeader(Opcode::kClose, sizeof(code) + reason.size());
  frame.push_back(static_cast<char>(code >> 8));
  frame.push_back(static_cast<char>(code & 0xFF));
  return frame.append(reason);
}

std::string EncodePing(std::string_view payload) {
  return ControlHeader(Opcode::kPing, payload.size()).append(payload);
}

std::string EncodePong(std::string_view payload) {
  return ControlHeader(Opcode::kPong, payload.size()).append(payload);
}

}  // namespace spanwire::transport::websocket

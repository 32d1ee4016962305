#pragma once

#include <cstdint>
#include <string_view>

namespace spanwire::bench {

// One WebSocket frame from a server: not masked, never fragmented by those we measure.
struct ServerFrame {
  enum class Kind : uint8_t { kText = 1, kClose = 8, kPing = 9, kPong = 10, kOther = 0 };
  Kind kind = Kind::kOther;
  std::string_view payload;
};

// Takes the first frame off `input`. False: there is no whole frame; `input` is unchanged. Inline, because it runs once
// a delivery and must not be what is measured.
inline bool TakeFrame(std::string_view* input, ServerFrame* frame) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(input->data());
  if (input->size() < 2) return false;
  size_t header = 2;
  uint64_t size = bytes[1];
  if (size >= 126) {
    header = size == 126 ? 4 : 10;
    if (input->size() < header) return false;
    size = 0;
    for (size_t i = 2; i < header; ++i) size = size << 8 | bytes[i];
  }
  if (input->size() - header < size) return false;
  switch (bytes[0]) {
    case 0x81:
      frame->kind = ServerFrame::Kind::kText;
      break;
    case 0x88:
    case 0x89:
    case 0x8A:
      frame->kind = static_cast<ServerFrame::Kind>(bytes[0] & 0x0F);
      break;
    default:
      frame->kind = ServerFrame::Kind::kOther;
  }
  frame->payload = input->substr(header, size);
  input->remove_prefix(header + size);
  return true;
}

}  // namespace spanwire::bench

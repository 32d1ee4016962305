#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spanwire::transport::websocket {

// RFC 6455, section 5.2. Values not listed are reserved.
enum class Opcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

constexpr bool IsControl(Opcode opcode) {
  return (static_cast<uint8_t>(opcode) & 0x8) != 0;
}

inline constexpr size_t kMaxControlPayload = 125;
// Two bytes, a 64-bit length and a masking key.
inline constexpr size_t kMaxFrameHeader = 14;

// A frame header as it stands on the wire; decoding judges nothing.
struct FrameHeader {
  bool fin = false;
  uint8_t reserved = 0;  // RSV1 to RSV3 as bits 4, 2 and 1
  Opcode opcode = Opcode::kContinuation;
  bool masked = false;
  uint8_t length_code = 0;  // the 7-bit length: 126 and 127 announce a 16-bit and a 64-bit one
  uint64_t length = 0;      // of the payload
  uint32_t mask = 0;        // the masking key's four bytes, as they lie in memory
};

// How long the header is that starts with `start`, of at least two bytes.
size_t FrameHeaderSize(const char* start);

// Reads the header at `start`, where FrameHeaderSize(start) bytes lie.
FrameHeader DecodeFrameHeader(const char* start);

// `run` is a run of whole frames. Returns where the first frame ends whose end is at or after `position`
// (so `position` itself where that is a frame's end, and 0 for 0).
size_t FrameEndFrom(std::string_view run, size_t position);

}  // namespace spanwire::transport::websocket

#include "bridge/transport/websocket/frame_header.h"

#include <cstring>

namespace spanwire::transport::websocket {
namespace {

constexpr uint8_t kFin = 0x80;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kLength16 = 126;
constexpr uint8_t kLength64 = 127;

uint8_t ByteAt(const char* start, size_t index) {
  return static_cast<uint8_t>(start[index]);
}

size_t ExtendedLengthBytes(uint8_t length_code) {
  return length_code == kLength64 ? 8 : length_code == kLength16 ? 2 : 0;
}

}  // namespace

size_t FrameHeaderSize(const char* start) {
  const uint8_t second = ByteAt(start, 1);
  return 2 + ExtendedLengthBytes(second & 0x7F) + ((second & kMasked) != 0 ? sizeof(FrameHeader::mask) : 0);
}

FrameHeader DecodeFrameHeader(const char* start) {
  const uint8_t first = ByteAt(start, 0);
  const uint8_t second = ByteAt(start, 1);
  FrameHeader header;
  header.fin = (first & kFin) != 0;
  header.reserved = (first >> 4) & 0x7;
  header.opcode = static_cast<Opcode>(first & 0xF);
  header.masked = (second & kMasked) != 0;
  header.length_code = second & 0x7F;

  const size_t extended = ExtendedLengthBytes(header.length_code);
  header.length = extended == 0 ? header.length_code : 0;
  for (size_t i = 0; i < extended; ++i) header.length = header.length << 8 | ByteAt(start, 2 + i);
  if (header.masked) std::memcpy(&header.mask, start + 2 + extended, sizeof(header.mask));
  return header;
}

size_t FrameEndFrom(std::string_view run, size_t position) {
  size_t end = 0;
  while (end < position) {
    const char* start = run.data() + end;
    end += FrameHeaderSize(start) + DecodeFrameHeader(start).length;
  }
  return end;
}

}  // namespace spanwire::transport::websocket

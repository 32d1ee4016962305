#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/transport/websocket/frame_header.h"

namespace spanwire::transport::websocket {

// A frame as a client sends it, and every way to get it wrong.
struct ClientFrame {
  Opcode opcode = Opcode::kText;
  std::string_view payload = {};
  bool fin = true;
  uint8_t reserved = 0;  // RSV1 to RSV3 as bits 4, 2 and 1
  bool masked = true;
  std::string_view key = "\x37\xfa\x21\x3d";
  size_t length_bytes = 0;  // of the extended length: 0, 2 or 8; over what the payload needs is not minimal

  std::string Encode() const {
    const uint64_t size = payload.size();
    const size_t extended = length_bytes > 0 ? length_bytes : size < 126 ? 0 : size < 65536 ? 2 : 8;
    const uint8_t code = extended == 8 ? 127 : extended == 2 ? 126 : static_cast<uint8_t>(size);
    std::string frame;
    frame.push_back(static_cast<char>((fin ? 0x80 : 0) | reserved << 4 | static_cast<uint8_t>(opcode)));
    frame.push_back(static_cast<char>((masked ? 0x80 : 0) | code));
    for (size_t i = 0; i < extended; ++i) frame.push_back(static_cast<char>(size >> (8 * (extended - 1 - i))));
    if (!masked) return frame.append(payload);
    frame.append(key);
    for (size_t i = 0; i < payload.size(); ++i) frame.push_back(static_cast<char>(payload[i] ^ key[i % 4]));
    return frame;
  }
};

}  // namespace spanwire::transport::websocket

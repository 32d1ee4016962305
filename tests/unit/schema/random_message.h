#pragma once

#include <cstdint>
#include <string_view>

#include "google/protobuf/message.h"

namespace spanwire::schema {

// Makes choices from bytes: the same bytes, the same choices. When they run out every choice is zero.
class ByteChoices {
 public:
  explicit ByteChoices(std::string_view bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  // 0 to `end` - 1.
  uint32_t Below(uint32_t end) { return end == 0 ? 0 : static_cast<uint32_t>(Bits(end <= 256 ? 1 : 4) % end); }
  // That many bytes of bits, at most 8.
  uint64_t Bits(int bytes);

 private:
  std::string_view bytes_;
};

// Fills `message` with values that have JSON in the protobuf library and, by docs/protocol.md, the same in Spanwire:
// each kind of field with its extremes and oddities, well-known types in range, Any of known types only.
void FillRandomly(ByteChoices& choices, google::protobuf::Message* message);

}  // namespace spanwire::schema

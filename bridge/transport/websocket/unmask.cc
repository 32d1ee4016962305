#include "bridge/transport/websocket/unmask.h"

#include <cstring>

namespace spanwire::transport::websocket {

uint32_t Unmask(absl::Span<char> bytes, uint32_t mask) {
  char key[2 * sizeof(mask)];
  std::memcpy(key, &mask, sizeof(mask));
  std::memcpy(key + sizeof(mask), &mask, sizeof(mask));
  uint64_t wide_mask;
  std::memcpy(&wide_mask, key, sizeof(wide_mask));

  char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= sizeof(wide_mask); left -= sizeof(wide_mask), at += sizeof(wide_mask)) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    word ^= wide_mask;
    std::memcpy(at, &word, sizeof(word));
  }
  for (size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ key[i]);

  std::memcpy(&mask, key + left % sizeof(mask), sizeof(mask));
  return mask;
}

}  // namespace spanwire::transport::websocket

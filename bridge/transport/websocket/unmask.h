#pragma once

#include <cstdint>

#include "absl/types/span.h"

namespace spanwire::transport::websocket {

// Takes the mask off (or puts it on: the same) where the bytes lie, a word at a time. `mask` is the masking key's four
// bytes as they lie in memory. Returns it turned, for the bytes of the same frame that follow.
uint32_t Unmask(absl::Span<char> bytes, uint32_t mask);

}  // namespace spanwire::transport::websocket

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spanwire::model {

// Checks UTF-8 by the one rule that the bridge has for it, at every door: what clients and publishers send, what JSON
// is written of.
//
// Takes text in pieces, which may end anywhere, and finds a fault at the first byte that cannot continue
// a well-formed sequence (The Unicode Standard, table 3-7: no surrogates, no overlong forms, nothing over U+10FFFF).
// Three bytes small, so that every connection can own one. One thread.
class Utf8Validator {
 public:
  // False from the first fault on, until Reset().
  bool Feed(std::string_view piece);
  // True where what was fed is well-formed and ends between two characters.
  bool complete() const { return pending_ == 0; }
  void Reset() { *this = Utf8Validator(); }

 private:
  static constexpr uint8_t kFault = 0xFF;

  void FeedByte(uint8_t byte);

  uint8_t pending_ = 0;  // continuation bytes still to come, or kFault
  uint8_t low_ = 0x80;   // the range that the next one must lie in
  uint8_t high_ = 0xBF;
};

bool IsUtf8(std::string_view text);

// The longest beginning of `text`, which is UTF-8, that has at most `max_bytes` and cuts no character.
std::string_view TruncateUtf8(std::string_view text, size_t max_bytes);

}  // namespace spanwire::model

#include "bridge/model/utf8.h"

#include <cstddef>
#include <cstring>

namespace spanwire::model {
namespace {

constexpr uint64_t kNotAscii = 0x8080808080808080;

const char* SkipAscii(const char* at, const char* end) {
  uint64_t word;
  for (; end - at >= static_cast<std::ptrdiff_t>(sizeof(word)); at += sizeof(word)) {
    std::memcpy(&word, at, sizeof(word));
    if ((word & kNotAscii) != 0) break;
  }
  return at;
}

bool IsContinuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

}  // namespace

bool Utf8Validator::Feed(std::string_view piece) {
  const char* at = piece.data();
  const char* const end = at + piece.size();
  while (pending_ != kFault) {
    if (pending_ == 0) at = SkipAscii(at, end);
    if (at == end) return true;
    FeedByte(static_cast<uint8_t>(*at++));
  }
  return false;
}

void Utf8Validator::FeedByte(uint8_t byte) {
  if (pending_ > 0) {
    if (byte < low_ || byte > high_) {
      pending_ = kFault;
      return;
    }
    --pending_;
    low_ = 0x80;
    high_ = 0xBF;
    return;
  }
  if (byte < 0x80) return;
  // Table 3-7 by its first column: how many bytes follow, and where the second one has a narrower range.
  if (byte < 0xC2 || byte > 0xF4) {
    pending_ = kFault;
    return;
  }
  pending_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  if (byte == 0xE0) low_ = 0xA0;   // shorter forms exist
  if (byte == 0xED) high_ = 0x9F;  // surrogates
  if (byte == 0xF0) low_ = 0x90;   // shorter forms exist
  if (byte == 0xF4) high_ = 0x8F;  // over U+10FFFF
}

bool IsUtf8(std::string_view text) {
  Utf8Validator validator;
  return validator.Feed(text) && validator.complete();
}

std::string_view TruncateUtf8(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && IsContinuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace spanwire::model

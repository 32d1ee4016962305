#include "bridge/model/json_text.h"

#include <cstdint>
#include <cstring>

namespace spanwire::model {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x8080808080808080;

bool NeedsEscape(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\';
}

// Whether any of eight bytes needs an escape. May say yes to a byte that needs none, next to one that does.
bool AnyNeedsEscape(uint64_t bytes) {
  const uint64_t quote = bytes ^ (kOnes * '"');
  const uint64_t backslash = bytes ^ (kOnes * '\\');
  const uint64_t control = bytes - kOnes * 0x20;
  return ((control | (quote - kOnes) | (backslash - kOnes)) & ~bytes & kHighBits) != 0;
}

// How many bytes of `text` stand before the first that needs an escape.
size_t PlainPrefix(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, text.data() + i, 8);
    if (AnyNeedsEscape(bytes)) break;
  }
  while (i < text.size() && !NeedsEscape(static_cast<unsigned char>(text[i]))) ++i;
  return i;
}

void AppendEscape(unsigned char c, std::string* out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      out->append("\\u00");
      out->push_back(kHex[c >> 4]);
      out->push_back(kHex[c & 15]);
  }
}

}  // namespace

void AppendJsonEscaped(std::string_view text, std::string* out) {
  for (;;) {
    const size_t plain = PlainPrefix(text);
    out->append(text.substr(0, plain));
    if (plain == text.size()) return;
    AppendEscape(static_cast<unsigned char>(text[plain]), out);
    text.remove_prefix(plain + 1);
  }
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  AppendJsonEscaped(text, out);
  out->push_back('"');
}

}  // namespace spanwire::model

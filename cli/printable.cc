#include "cli/printable.h"

#include <array>
#include <cstdint>

#include "fmt/format.h"

namespace spanwire::cli {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 1;
  bool valid = false;
};

// Decodes the UTF-8 sequence that `text` (not empty) begins with; of an invalid one, takes one byte.
CodePoint Decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {lead, 1, false};
  uint32_t value = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {lead, 1, false};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast[length] || value > 0x10FFFF || surrogate) return {lead, 1, false};
  return {value, length, true};
}

struct Range {
  uint32_t first, last;
};

template <size_t n>
bool InRanges(uint32_t c, const std::array<Range, n>& ranges) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

// Beyond ASCII: C1 controls, separators, direction marks and overrides, the byte order mark, interlinear annotation.
bool IsUnsafe(uint32_t c) {
  static constexpr std::array<Range, 7> kRanges = {{{0x80, 0x9F},
                                                    {0x061C, 0x061C},
                                                    {0x200E, 0x200F},
                                                    {0x2028, 0x202E},
                                                    {0x2066, 0x2069},
                                                    {0xFEFF, 0xFEFF},
                                                    {0xFFF9, 0xFFFB}}};
  return InRanges(c, kRanges);
}

bool IsWide(uint32_t c) {
  // The ranges that the C++ standard's width estimation for std::format uses.
  static constexpr std::array<Range, 11> kRanges = {{{0x1100, 0x115F},
                                                     {0x2329, 0x232A},
                                                     {0x2E80, 0x303E},
                                                     {0x3040, 0xA4CF},
                                                     {0xAC00, 0xD7A3},
                                                     {0xF900, 0xFAFF},
                                                     {0xFE30, 0xFE6F},
                                                     {0xFF00, 0xFF60},
                                                     {0xFFE0, 0xFFE6},
                                                     {0x1F300, 0x1F9FF},
                                                     {0x20000, 0x3FFFD}}};
  return InRanges(c, kRanges);
}

bool IsCombining(uint32_t c) {
  static constexpr std::array<Range, 6> kRanges = {
      {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE2F}}};
  return InRanges(c, kRanges);
}

void AppendEscape(std::string& to, uint32_t c) {
  switch (c) {
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    default:
      to += c < 0x80 ? fmt::format("\\x{:02x}", c) : fmt::format("\\u{:04x}", c);
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = Decode(text);
    if (!c.valid) {
      safe += fmt::format("\\x{:02x}", c.value);
    } else if (c.value < 0x20 || c.value == 0x7F || IsUnsafe(c.value)) {
      AppendEscape(safe, c.value);
    } else {
      safe += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return safe;
}

std::string PrintableJson(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  while (!json.empty()) {
    const CodePoint c = Decode(json);
    if (!c.valid) {
      safe += "\\ufffd";
    } else if (c.value == 0x7F || IsUnsafe(c.value)) {
      safe += fmt::format("\\u{:04x}", c.value);
    } else {
      safe += json.substr(0, c.bytes);
    }
    json.remove_prefix(c.bytes);
  }
  return safe;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint c = Decode(text);
    width += IsCombining(c.value) ? 0 : IsWide(c.value) ? 2 : 1;
    text.remove_prefix(c.bytes);
  }
  return width;
}

}  // namespace spanwire::cli

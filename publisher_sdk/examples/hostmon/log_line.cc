#include "publisher_sdk/examples/hostmon/log_line.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace spanwire::hostmon {
namespace {

// Where levels stand; beyond it the same words are prose.
constexpr size_t kHeadBytes = 120;

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kWords = {{
    {"trace", "trace"},       {"verbose", "trace"},      {"debug", "debug"},    {"info", "info"},
    {"information", "info"},  {"notice", "info"},        {"warn", "warning"},   {"warning", "warning"},
    {"error", "error"},       {"err", "error"},          {"severe", "error"},   {"failed", "error"},
    {"critical", "critical"}, {"crit", "critical"},      {"fatal", "critical"}, {"panic", "critical"},
    {"emerg", "critical"},    {"emergency", "critical"}, {"alert", "critical"},
}};

std::string_view LevelOfWord(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [name, level] : kWords) {
    if (lower == name) return level;
  }
  return {};
}

// "E0102 15:04:05.000 file.cc:1] ..."
std::string_view GlogLevel(std::string_view line) {
  if (line.size() < 5 || line.substr(1, 4).find_first_not_of("0123456789") != std::string_view::npos) return {};
  switch (line[0]) {
    case 'I':
      return "info";
    case 'W':
      return "warning";
    case 'E':
      return "error";
    case 'F':
      return "critical";
    default:
      return {};
  }
}

bool IsLetter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

// Bytes of the valid UTF-8 character that `text` begins with (Unicode table 3-7); 0 where there is none.
size_t CharacterBytes(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string_view GuessLevel(std::string_view line) {
  if (const std::string_view level = GlogLevel(line); !level.empty()) return level;
  std::string_view head = line.substr(0, kHeadBytes);
  while (!head.empty()) {
    const auto begin = std::find_if(head.begin(), head.end(), IsLetter);
    const auto end = std::find_if_not(begin, head.end(), IsLetter);
    const std::string_view word(begin, end);
    if (const std::string_view level = LevelOfWord(word); !level.empty()) return level;
    head = std::string_view(end, head.end());
  }
  return "info";
}

std::string ToUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t bytes = CharacterBytes(text);
    valid += bytes > 0 ? text.substr(0, bytes) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return valid;
}

}  // namespace spanwire::hostmon

#include "bridge/config/host_port.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/ascii.h"

namespace spanwire::config {
namespace {

bool IsHostByte(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
}

bool IsIpv6Byte(unsigned char c) {
  return absl::ascii_isxdigit(c) || c == ':' || c == '.';
}

bool ParsePort(std::string_view digits, std::optional<uint16_t>* port) {
  uint16_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return false;
  *port = value;
  return true;
}

}  // namespace

std::optional<HostPort> ParseHostPort(std::string_view text) {
  HostPort parsed;
  size_t end;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    parsed.host = text.substr(1, end - 1);
    if (!std::all_of(parsed.host.begin(), parsed.host.end(), IsIpv6Byte)) return std::nullopt;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    parsed.host = text.substr(0, end);
    if (!std::all_of(parsed.host.begin(), parsed.host.end(), IsHostByte)) return std::nullopt;
  }
  if (parsed.host.empty()) return std::nullopt;
  if (end == text.size()) return parsed;
  if (text[end] != ':' || !ParsePort(text.substr(end + 1), &parsed.port)) return std::nullopt;
  return parsed;
}

}  // namespace spanwire::config

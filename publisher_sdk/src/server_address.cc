#include "spanwire/server_address.h"

#include <charconv>

#include "absl/strings/str_cat.h"

namespace spanwire {
namespace {

constexpr char kDefaultPort[] = ":50051";

bool IsPort(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

// A name or an IPv4 address, or an IPv6 address in brackets.
bool IsHost(std::string_view text) {
  if (text.empty() || text.find_first_of("/@ \t\r\n") != std::string_view::npos) return false;
  if (text.front() == '[') return text.size() > 2 && text.find(']') == text.size() - 1;
  return text.find_first_of("[]:") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::string> ParseServerAddress(std::string_view text) {
  const size_t bracket = text.rfind(']');
  const size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  const bool good = has_port ? IsHost(text.substr(0, colon)) && IsPort(text.substr(colon + 1)) : IsHost(text);
  std::string address(text);
  if (!good) {
    return absl::InvalidArgumentError(absl::StrCat("'", address, "' is not HOST:PORT, such as 127.0.0.1:50051"));
  }
  return has_port ? address : address + kDefaultPort;
}

}  // namespace spanwire

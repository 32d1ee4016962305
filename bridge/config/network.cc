#include "bridge/config/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "bridge/config/value_text.h"

namespace spanwire::config {
namespace {

constexpr int kBits = 128;
constexpr int kMappedBits = 96;  // in front of an IPv4 address

}  // namespace

std::optional<AddressBytes> ParseAddress(std::string_view text) {
  AddressBytes address{};
  const std::string terminated(text);
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  address[10] = address[11] = 0xff;
  if (::inet_pton(AF_INET, terminated.c_str(), address.data() + kMappedBits / 8) == 1) return address;
  return std::nullopt;
}

bool Network::Contains(const AddressBytes& address) const {
  const auto whole = static_cast<size_t>(prefix / 8);
  if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(whole), address.begin())) return false;
  const int rest = prefix % 8;
  return rest == 0 || (first[whole] ^ address[whole]) >> (8 - rest) == 0;
}

absl::StatusOr<Network> ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<AddressBytes> address = ParseAddress(text.substr(0, slash));
  if (!address) {
    return absl::InvalidArgumentError(
        fmt::format("expected an address or a network such as 10.0.0.0/8, got \"{}\"", text.substr(0, 64)));
  }
  Network network{.first = *address};
  if (slash == std::string_view::npos) return network;
  const bool is_v4 = text.find(':') == std::string_view::npos;
  const absl::StatusOr<int64_t> bits = ParseInteger(text.substr(slash + 1), 0, is_v4 ? kBits - kMappedBits : kBits);
  if (!bits.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("the bits behind / are 0 to {}, got \"{}\"", is_v4 ? 32 : 128, text.substr(0, 64)));
  }
  network.prefix = static_cast<int>(*bits) + (is_v4 ? kMappedBits : 0);
  return network;
}

}  // namespace spanwire::config

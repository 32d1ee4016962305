#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spanwire::config {

// `host`, `host:8080`, `[::1]:8080` taken apart, as in a Host header or an address to listen on.
struct HostPort {
  std::string_view host;  // an IPv6 address without its brackets
  std::optional<uint16_t> port;
};

// Nothing where `text` is none of these, or has a byte that no host name has.
std::optional<HostPort> ParseHostPort(std::string_view text);

}  // namespace spanwire::config

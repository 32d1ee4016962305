#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

namespace spanwire::config {

// An address as IPv6, IPv4 mapped into it (::ffff:a.b.c.d).
using AddressBytes = std::array<uint8_t, 16>;

// Nothing where `text` is no address.
std::optional<AddressBytes> ParseAddress(std::string_view text);

// All addresses that begin with the same bits.
struct Network {
  AddressBytes first{};
  int prefix = 128;  // bits

  bool Contains(const AddressBytes& address) const;
};

// `10.0.0.0/8`, `2001:db8::/32`, or one address. INVALID_ARGUMENT says what is expected.
absl::StatusOr<Network> ParseNetwork(std::string_view text);

}  // namespace spanwire::config

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spanwire::auth {

// What a token's `roles` may hold (docs/protocol.md, section 5). None includes another.
enum class Role : uint8_t { kAdminRead, kAdminWrite, kSchemaWrite, kAnyTenant };

// By its name in tokens, such as "admin.read".
std::optional<Role> FindRole(std::string_view name);
std::string_view NameOf(Role role);

class RoleSet {
 public:
  void Add(Role role) { bits_ |= BitOf(role); }
  bool Has(Role role) const { return (bits_ & BitOf(role)) != 0; }
  bool empty() const { return bits_ == 0; }

  friend bool operator==(const RoleSet&, const RoleSet&) = default;

 private:
  static uint32_t BitOf(Role role) { return uint32_t{1} << static_cast<uint32_t>(role); }

  uint32_t bits_ = 0;
};

}  // namespace spanwire::auth

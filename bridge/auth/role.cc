#include "bridge/auth/role.h"

#include <array>

namespace spanwire::auth {
namespace {

constexpr std::array<Role, 4> kRoles = {Role::kAdminRead, Role::kAdminWrite, Role::kSchemaWrite, Role::kAnyTenant};

}  // namespace

std::optional<Role> FindRole(std::string_view name) {
  for (const Role role : kRoles) {
    if (NameOf(role) == name) return role;
  }
  return std::nullopt;
}

std::string_view NameOf(Role role) {
  switch (role) {
    case Role::kAdminRead:
      return "admin.read";
    case Role::kAdminWrite:
      return "admin.write";
    case Role::kSchemaWrite:
      return "schema.write";
    case Role::kAnyTenant:
      break;
  }
  return "any_tenant";
}

}  // namespace spanwire::auth

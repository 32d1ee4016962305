#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bridge/auth/access_control.h"
#include "bridge/auth/identity.h"
#include "bridge/auth/permissions.h"

namespace spanwire::rpc {

// Who makes a call, and what it may do as things stand. A value; any thread. By default somebody in a bridge without
// authentication, who may do everything.
//
// Refusals are PERMISSION_DENIED with one of these reasons, the tenant, topic or role in their metadata, and a sentence
// that says what the token would need. They hold nothing that the caller did not say itself.
struct Caller {
  auth::IdentityPtr identity = auth::Anonymous();
  std::shared_ptr<const auth::Permissions> permissions = auth::AccessControl::None().permissions();

  // The tenant that a request is about: the one that it names, or where it names none the caller's own.
  // TENANT_NOT_ALLOWED.
  absl::StatusOr<std::string> TenantFor(std::string_view named) const;
  // TENANT_NOT_ALLOWED.
  absl::Status CheckTenant(std::string_view tenant_id) const;
  // In the tenant, as CheckTenant allows. TENANT_NOT_ALLOWED, TOPIC_NOT_ALLOWED.
  absl::Status CheckPublish(std::string_view topic, std::string_view tenant_id) const;
  // ROLE_MISSING.
  absl::Status CheckRole(auth::Role role) const;

  // Whether it sees and steers more than its own tenant.
  bool reaches_all_tenants() const {
    return permissions->MayAct(*identity, auth::Role::kAnyTenant) == auth::Permit::kGranted;
  }
};

}  // namespace spanwire::rpc

#include "bridge/rpc/caller.h"

#include <fmt/format.h>

#include "bridge/model/error.h"

namespace spanwire::rpc {
namespace {

absl::Status Denied(std::string_view reason, std::string_view key, std::string_view value, std::string_view sentence) {
  return model::MakeError(absl::StatusCode::kPermissionDenied, sentence,
                          {.reason = std::string(reason), .metadata = {{std::string(key), std::string(value)}}});
}

}  // namespace

absl::StatusOr<std::string> Caller::TenantFor(std::string_view named) const {
  const std::string_view tenant = auth::TenantOfEvent(*identity, named);
  if (absl::Status status = CheckTenant(tenant); !status.ok()) return status;
  return std::string(tenant);
}

absl::Status Caller::CheckTenant(std::string_view tenant_id) const {
  if (permissions->MayReachTenant(*identity, tenant_id) == auth::Permit::kGranted) return absl::OkStatus();
  return Denied("TENANT_NOT_ALLOWED", "tenant_id", tenant_id,
                fmt::format("tenant \"{}\" is not yours: leave the tenant out, or use a token with the role any_tenant",
                            tenant_id));
}

absl::Status Caller::CheckPublish(std::string_view topic, std::string_view tenant_id) const {
  if (absl::Status status = CheckTenant(tenant_id); !status.ok()) return status;
  if (permissions->MayPublish(*identity, topic, tenant_id) == auth::Permit::kGranted) return absl::OkStatus();
  return Denied("TOPIC_NOT_ALLOWED", "topic", topic,
                fmt::format("you may not publish to topic \"{}\": use a token whose claim `publish` has a pattern that "
                            "matches it",
                            topic));
}

absl::Status Caller::CheckRole(auth::Role role) const {
  if (permissions->MayAct(*identity, role) == auth::Permit::kGranted) return absl::OkStatus();
  return Denied("ROLE_MISSING", "role", auth::NameOf(role),
                fmt::format("this needs the role {0}: use a token whose claim `roles` has it", auth::NameOf(role)));
}

}  // namespace spanwire::rpc

#include "bridge/model/tenant_id.h"

#include <algorithm>

#include <fmt/format.h>

#include "bridge/model/error.h"
#include "bridge/model/topic_name.h"

namespace spanwire::model {
namespace {

absl::Status BadTenant(std::string_view sentence) {
  return MakeError(absl::StatusCode::kInvalidArgument, sentence,
                   {.reason = "BAD_TENANT", .metadata = {{"field", "tenant_id"}}});
}

}  // namespace

absl::Status ValidateTenantId(std::string_view tenant_id) {
  if (tenant_id.size() > kMaxTenantBytes) {
    return BadTenant(fmt::format("tenant_id has {} bytes: at most {} are allowed", tenant_id.size(), kMaxTenantBytes));
  }
  if (!std::all_of(tenant_id.begin(), tenant_id.end(), IsTopicByte)) {
    return BadTenant("tenant_id has a byte outside A-Z a-z 0-9 . _ : / ~ -");
  }
  return absl::OkStatus();
}

}  // namespace spanwire::model

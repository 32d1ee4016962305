#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace spanwire::model {

inline constexpr size_t kMaxTenantBytes = 128;

// OK where empty (the default tenant), or 1 to 128 bytes of a topic's alphabet, `A-Z a-z 0-9 . _ : / ~ -`, so that a
// tenant can be named in logs, file names and shells without quoting. Else INVALID_ARGUMENT with a sentence, the reason
// BAD_TENANT and the field `tenant_id`.
absl::Status ValidateTenantId(std::string_view tenant_id);

}  // namespace spanwire::model

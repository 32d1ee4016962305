#pragma once

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::admin {

struct AdminContext;

// OK, or INVALID_ARGUMENT with a reason.
absl::Status CheckHistoryRequest(const v1::GetHistoryRequest& request);

// Fills `response` with what the topic of that tenant holds. `request` has been checked; both stay until `done`, which
// runs on a thread of the broker's.
void ViewHistory(const AdminContext& context, const std::string& tenant, const v1::GetHistoryRequest& request,
                 v1::GetHistoryResponse* response, absl::AnyInvocable<void(const absl::Status&)> done);

}  // namespace spanwire::admin

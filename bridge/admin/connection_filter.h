#pragma once

#include "absl/status/statusor.h"
#include "bridge/rpc/caller.h"
#include "bridge/session/client.h"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::admin {

// A client that is of no tenant yet matches no filter that names one.
bool Matches(const v1::ConnectionFilter& filter, const session::ClientSnapshot& client);
// Whether the filter says nothing at all, and so means every connection.
bool IsEmpty(const v1::ConnectionFilter& filter);
// The filter with the tenant that the caller is bound to, if it is. PERMISSION_DENIED where it names another.
absl::StatusOr<v1::ConnectionFilter> ScopedTo(const rpc::Caller& caller, const v1::ConnectionFilter& filter);

// The client as administrators see it.
v1::Connection ToProto(const session::ClientSnapshot& client);

}  // namespace spanwire::admin

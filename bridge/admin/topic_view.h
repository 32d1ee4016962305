#pragma once

#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "bridge/broker/broker.h"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::admin {

struct AdminContext;

// Topics as administrators see them, by name: those with history, from the broker, and those with subscribers alone.
// `done` runs on a thread of the broker's.
void ViewTopics(const AdminContext& context, const broker::TopicQuery& query,
                absl::AnyInvocable<void(absl::StatusOr<std::vector<v1::Topic>>)> done);

}  // namespace spanwire::admin

#pragma once

#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "bridge/broker/broker.h"
#include "bridge/config/config.h"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::admin {

struct AdminContext;

// Topics as administrators see them, by name: those with history, from the broker, and those with subscribers alone.
// `done` runs on `desk`, which sorts them.
void ViewTopics(const AdminContext& context, boost::asio::thread_pool& desk, const broker::TopicQuery& query,
                absl::AnyInvocable<void(absl::StatusOr<std::vector<v1::Topic>>)> done);

// One topic that the broker knows, under the policy in force.
v1::Topic ToProto(const broker::TopicInfo& info, const config::TopicPolicy& policy);
// One topic that only has subscribers, or nothing at all.
v1::Topic WithoutHistory(const model::Topic& subscribed, const config::TopicPolicy& policy);

}  // namespace spanwire::admin

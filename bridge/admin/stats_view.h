#pragma once

#include <string>

#include <boost/asio/thread_pool.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::admin {

struct AdminContext;

// What a bridge says of itself to every administrator.
void DescribeBridge(const AdminContext& context, v1::GetStatsResponse* stats);

// Counters and figures of the whole bridge.
void SumUpBridge(const AdminContext& context, v1::GetStatsResponse* stats);

// The figures of one tenant: connections, subscriptions, queued bytes, topics and history. `stats` stays until `done`,
// which runs on `desk`.
void SumUpTenant(const AdminContext& context, boost::asio::thread_pool& desk, const std::string& tenant,
                 v1::GetStatsResponse* stats, absl::AnyInvocable<void(const absl::Status&)> done);

}  // namespace spanwire::admin

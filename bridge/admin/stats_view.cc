#include "bridge/admin/stats_view.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "bridge/admin/admin_service.h"
#include "bridge/admin/proto_time.h"
#include "bridge/admin/topic_view.h"

namespace spanwire::admin {
namespace {

// What the shards add up.
struct Sums {
  std::atomic<uint64_t> connections{0};
  std::atomic<uint64_t> subscriptions{0};
  std::atomic<uint64_t> queued_bytes{0};
};

}  // namespace

void DescribeBridge(const AdminContext& context, v1::GetStatsResponse* stats) {
  stats->set_server(context.settings.server);
  stats->set_node(context.settings.node);
  *stats->mutable_started_at() = ToProto(context.started_at);
  stats->set_secure(context.settings.secure);
}

void SumUpBridge(const AdminContext& context, v1::GetStatsResponse* stats) {
  const observe::Totals totals = observe::SumUp(context.metrics);
  stats->set_connections(totals.connections);
  stats->set_subscriptions(totals.subscriptions);
  stats->set_events_published(totals.events_published);
  stats->set_events_rejected(totals.events_rejected);
  stats->set_events_duplicate(totals.events_duplicate);
  stats->set_deliveries(totals.deliveries);
  stats->set_slow_consumers_closed(totals.slow_consumers_closed);
  stats->set_queued_bytes(totals.queued_bytes);
  stats->set_history_bytes(totals.history_bytes);
  stats->set_topics(context.settings.topics->List().size());
  for (const auto& [pattern, sums] : observe::SumUpPatterns(context.metrics)) {
    v1::PatternStats& of_pattern = *stats->add_patterns();
    of_pattern.set_pattern(pattern);
    of_pattern.set_throttle_dropped(sums.throttle_dropped);
    of_pattern.set_conflated(sums.conflated);
    of_pattern.set_slow_closed(sums.slow_closed);
  }
}

void SumUpTenant(const AdminContext& context, boost::asio::thread_pool& desk, const std::string& tenant,
                 v1::GetStatsResponse* stats, absl::AnyInvocable<void(const absl::Status&)> done) {
  stats->set_own_tenant_only(true);
  auto sums = std::make_shared<Sums>();
  context.directory.Visit(
      [sums, tenant](fanout::Shard&, session::Registry& registry) {
        registry.ForEach([&](session::Client& client) {
          const session::ClientSnapshot snapshot = client.Describe();
          if (snapshot.is_stranger || snapshot.tenant_id != tenant) return;
          sums->connections += 1;
          sums->subscriptions += snapshot.subscriptions.size();
          sums->queued_bytes += snapshot.queued_bytes;
        });
      },
      [&context, &desk, tenant, stats, sums, done = std::move(done)]() mutable {
        stats->set_connections(sums->connections);
        stats->set_subscriptions(sums->subscriptions);
        stats->set_queued_bytes(sums->queued_bytes);
        ViewTopics(context, desk, {.tenant = tenant, .pattern = "*"},
                   [stats, done = std::move(done)](absl::StatusOr<std::vector<v1::Topic>> topics) mutable {
                     if (!topics.ok()) return done(topics.status());
                     uint64_t history_bytes = 0;
                     for (const v1::Topic& topic : *topics) history_bytes += topic.history_bytes();
                     stats->set_topics(topics->size());
                     stats->set_history_bytes(history_bytes);
                     done(absl::OkStatus());
                   });
      });
}

}  // namespace spanwire::admin

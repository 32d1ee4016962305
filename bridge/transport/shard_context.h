#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "bridge/config/config.h"
#include "bridge/fanout/shard.h"
#include "bridge/observe/metrics.h"
#include "bridge/session/registry.h"
#include "bridge/session/settings.h"
#include "bridge/transport/connection_set.h"
#include "bridge/transport/outbound_budget.h"
#include "bridge/transport/outbound_queue.h"
#include "bridge/transport/readiness.h"
#include "bridge/transport/refusal_count.h"
#include "bridge/transport/timer_wheel.h"
#include "bridge/transport/tls_channel.h"
#include "bridge/transport/token_refusals.h"
#include "bridge/transport/user_agents.h"

namespace spanwire::transport {

// What is bounded over all shards. Thread safe.
struct SharedBounds {
  SharedBounds(const config::Limits& limits, const model::Clock& clock, std::function<void()> shed)
      : addresses(limits.max_connections_per_address),
        refusals(clock),
        outbound(limits.outbound_total_bytes, std::move(shed)),
        token_refusals(clock) {}
  ConnectionCount connections;
  AddressCount addresses;
  RefusalCount refusals;
  OutboundBudget outbound;
  TokenRefusals token_refusals;
};

// What the connections of one shard share. One per shard, owned by HttpServer; outlives the connections. Shard thread
// only, but for what its members say of themselves.
struct ShardContext {
  // The wheel turns in such steps while the shard has connections: timeouts are coarse.
  static constexpr std::chrono::milliseconds kTick{100};
  static constexpr size_t kReadBufferBytes = 64 * 1024;

  ShardContext(fanout::Shard& shard_in, session::Registry& registry_in, const session::Settings& settings_in,
               const config::Config& config_in, observe::Metrics& metrics_in, const Readiness& readiness_in,
               SharedBounds& shared_in)
      : shard(shard_in),
        registry(registry_in),
        settings(settings_in),
        config(config_in),
        all_metrics(metrics_in),
        metrics(shard_in.metrics()),
        readiness(readiness_in),
        shared(shared_in),
        connections(shared_in.connections),
        outbound(shared_in.outbound) {}

  fanout::Shard& shard;
  session::Registry& registry;
  const session::Settings& settings;
  const config::Config& config;
  observe::Metrics& all_metrics;   // the whole bridge's; any thread
  observe::ShardMetrics& metrics;  // this shard's
  const Readiness& readiness;
  SharedBounds& shared;
  TimerWheel wheel{std::chrono::steady_clock::now(), kTick};
  OutboundQueuePool queues;
  UserAgents user_agents;
  // Every connection reads into this and keeps nothing in it beyond the call, so that an idle one owns no buffer.
  std::vector<char> read_buffer = std::vector<char>(kReadBufferBytes);
  RecordBuffer tls_records;
  // Whoever owns a client's socket is a Connection in here.
  ConnectionSet connections;
  OutboundShare outbound;

  // The bridge goes away: whoever begins now was not told by the drain.
  bool draining() const { return readiness.Get() == Readiness::State::kDraining; }

  // A deadline for `wheel`.
  static TimerWheel::TimePoint After(absl::Duration duration) {
    return std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(duration);
  }
};

}  // namespace spanwire::transport

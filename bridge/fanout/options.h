#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>

#include "absl/time/time.h"
#include "bridge/config/topic_policies.h"
#include "bridge/model/clock.h"

namespace spanwire::fanout {

// What all shards of a bridge share. Fixed when they are made.
struct Options {
  // Events that may wait for one shard, and their memory. A shard further behind drops them all and lets its
  // subscriptions catch up from history.
  size_t inbox_events = 65536;
  size_t inbox_bytes = 64 * 1024 * 1024;
  // Of one shard. Asked by who subscribes: Shard::has_room().
  size_t max_subscriptions = std::numeric_limits<size_t>::max();
  // A topic whose last subscriber left stays ready so long, so that a poller who comes again finds it so.
  absl::Duration topic_linger = absl::Seconds(5);
  // How topics are throttled and conflated; null: none is. Outlives the shards.
  const config::TopicPolicies* policies = nullptr;
  // Times the windows of throttled topics.
  std::function<std::chrono::steady_clock::time_point()> steady_now = std::chrono::steady_clock::now;
  // Stamps messages.
  const model::Clock* clock = &model::Clock::System();
};

}  // namespace spanwire::fanout

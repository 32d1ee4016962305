#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace spanwire::fanout {

// What all shards of a bridge share. Fixed when they are made.
struct Options {
  // Events that may wait for one shard. A shard further behind drops them all and lets its subscriptions catch up from
  // history.
  size_t inbox_events = 65536;
  // A topic whose last subscriber left stays ready so long, so that a poller who comes again finds it so.
  absl::Duration topic_linger = absl::Seconds(5);
};

}  // namespace spanwire::fanout

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/observe/counters.h"

namespace spanwire::observe {

// What subscribers of a topic pattern did not get, on one shard. Only the shard's thread adds.
struct PatternCounts {
  OwnedCounter throttle_dropped;  // events left out of a throttle's batch because it was full
  OwnedCounter conflated;         // events that gave way to a newer one of the same key
  OwnedCounter slow_closed;       // connections closed with 4008 over an event of such a topic
};

// The same, summed over shards.
struct PatternTotals {
  uint64_t throttle_dropped = 0;
  uint64_t conflated = 0;
  uint64_t slow_closed = 0;
};
using TotalsByPattern = std::map<std::string, PatternTotals, std::less<>>;

// One shard's counts by the pattern of the policy in force ([[topic]] match). Patterns come from the configuration, so
// they are few and no secret, which topics are not.
class PatternCounters {
 public:
  // The owner's thread. Takes a lock: ask once per topic and policy and keep the reference, which stays good as long as
  // this object.
  PatternCounts& Of(std::string_view pattern) ABSL_LOCKS_EXCLUDED(mutex_);
  // Any thread.
  void AddTo(TotalsByPattern& totals) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, PatternCounts, std::less<>> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::observe

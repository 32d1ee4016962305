#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "bridge/model/envelope.h"

namespace spanwire::fanout {

// Where publishers' threads leave events for one shard. Thread safe.
//
// Bounded: a shard that falls further behind loses all that waits and is told so by Batch::overflowed. It lets its
// subscriptions catch up from history then, so nothing is lost while history reaches.
class Inbox {
 public:
  // A tenant's log was replaced.
  struct Reset {
    std::string tenant;
    std::string epoch;
    size_t before;  // index of the first event after it
  };
  struct Batch {
    std::vector<model::EnvelopePtr> events;
    std::vector<Reset> resets;
    bool overflowed = false;  // events before these were dropped
  };

  // Takes events of topics that have `shard_bit` set, at most `max_events` with `max_bytes` of memory at a time.
  Inbox(uint64_t shard_bit, size_t max_events, size_t max_bytes)
      : shard_bit_(shard_bit), max_events_(max_events), max_bytes_(max_bytes) {}

  void Add(absl::Span<const model::EnvelopePtr> events) ABSL_LOCKS_EXCLUDED(mutex_);
  void AddReset(std::string_view tenant, std::string_view epoch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Swaps what waits into `batch`, whose vectors must be empty: their memory is used again.
  void Take(Batch& batch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether something may wait. No lock.
  bool pending() const { return pending_.load(std::memory_order_acquire); }

 private:
  const uint64_t shard_bit_;
  const size_t max_events_;
  const size_t max_bytes_;
  absl::Mutex mutex_;
  Batch waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> pending_{false};
};

}  // namespace spanwire::fanout

#pragma once

#include <atomic>
#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace spanwire::transport {

// How many connections the whole bridge has. Thread safe.
class ConnectionCount {
 public:
  // Those that are served: what max_connections bounds.
  size_t served() const { return served_.load(std::memory_order_relaxed); }

  // Waits until no connection is left, not even one that is only being told to go away. False where it took too long.
  bool AwaitNone(absl::Duration at_most) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class Connection;

  void Add();
  // It is still open, and not served.
  void StopServing() { served_.fetch_sub(1, std::memory_order_relaxed); }
  void Remove() ABSL_LOCKS_EXCLUDED(mutex_);

  std::atomic<size_t> served_{0};
  std::atomic<size_t> open_{0};
  absl::Mutex mutex_;  // pairs the last Remove with AwaitNone
};

}  // namespace spanwire::transport

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace spanwire::transport {

// Which address a connection came in by. Each has a cap of its own, so that clients cannot shut operators out.
enum class Door : uint8_t { kClients, kOperators };

// How many connections the whole bridge has. Thread safe.
class ConnectionCount {
 public:
  // Those that are served: what max_connections and max_ops_connections bound.
  size_t served(Door door) const { return Served(door).load(std::memory_order_relaxed); }

  // Waits until no connection is left, not even one that is only being told to go away. False where it took too long.
  bool AwaitNone(absl::Duration at_most) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class Connection;

  void Add(Door door);
  // It is still open, and not served.
  void StopServing(Door door) { Served(door).fetch_sub(1, std::memory_order_relaxed); }
  void Remove() ABSL_LOCKS_EXCLUDED(mutex_);

  std::atomic<size_t>& Served(Door door) { return served_[static_cast<size_t>(door)]; }
  const std::atomic<size_t>& Served(Door door) const { return served_[static_cast<size_t>(door)]; }

  std::array<std::atomic<size_t>, 2> served_{};
  std::atomic<size_t> open_{0};
  absl::Mutex mutex_;  // pairs the last Remove with AwaitNone
};

}  // namespace spanwire::transport

#include "bridge/transport/connection_count.h"

namespace spanwire::transport {

void ConnectionCount::Add(Door door) {
  Served(door).fetch_add(1, std::memory_order_relaxed);
  open_.fetch_add(1, std::memory_order_relaxed);
}

void ConnectionCount::Remove() {
  if (open_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  // Only the last one pays for the lock, whose release makes a waiter look again.
  absl::MutexLock wake(&mutex_);
}

bool ConnectionCount::AwaitNone(absl::Duration at_most) {
  const auto none = [this] { return open_.load(std::memory_order_acquire) == 0; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&none), at_most);
}

}  // namespace spanwire::transport

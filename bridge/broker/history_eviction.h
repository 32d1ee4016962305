#pragma once

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/broker/history_budget.h"
#include "bridge/broker/tenant_directory.h"

namespace spanwire::broker {

// Lets go of history where all tenants together keep more than the budget: the oldest events of the largest tenant, so
// that one who publishes much spends his own past. Thread safe.
class HistoryEviction {
 public:
  // Both are borrowed.
  HistoryEviction(HistoryBudget& budget, TenantDirectory& tenants) : budget_(budget), tenants_(tenants) {}

  // Returns when the budget is kept. To be called after everything that may have gone over it, without any lock; costs
  // one look at the counter where it was not.
  void Enforce() ABSL_LOCKS_EXCLUDED(mutex_) {
    if (budget_.excess() > 0) Evict();
  }

  // Events let go of so far.
  uint64_t evicted_events() const { return evicted_events_.load(std::memory_order_relaxed); }

 private:
  void Evict() ABSL_LOCKS_EXCLUDED(mutex_);

  HistoryBudget& budget_;
  TenantDirectory& tenants_;
  std::atomic<uint64_t> evicted_events_{0};
  absl::Mutex mutex_;  // one evicts, the others wait for the room; taken before all other locks
};

}  // namespace spanwire::broker

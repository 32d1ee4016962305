#include "bridge/broker/history_eviction.h"

#include <algorithm>

namespace spanwire::broker {
namespace {

// Some room is made ahead, so that a publisher at the limit does not evict for every event ...
constexpr size_t kSlackDivisor = 256;
// ... but little enough per step that the tenant's other publishers hardly wait.
constexpr size_t kMaxStepBytes = 256 * 1024;
// A step frees nothing only where the log's history expired a moment before, which made room as well.
constexpr int kFruitlessSteps = 16;

}  // namespace

void HistoryEviction::Evict() {
  absl::MutexLock lock(&mutex_);
  size_t goal = budget_.excess();
  if (goal == 0) return;
  goal += budget_.limit() / kSlackDivisor;
  for (int fruitless = 0; goal > 0 && fruitless < kFruitlessSteps;) {
    const std::shared_ptr<TenantLog> largest = tenants_.Largest();
    if (largest == nullptr) return;
    Discards discards;
    const size_t freed = largest->Evict(std::min(goal, kMaxStepBytes), discards);
    evicted_events_.fetch_add(discards.events.size(), std::memory_order_relaxed);
    if (freed == 0) {
      ++fruitless;
      goal = budget_.excess();
    }
    // What others publish meanwhile they make room for themselves, when they get this lock.
    goal -= std::min(goal, freed);
  }
}

}  // namespace spanwire::broker

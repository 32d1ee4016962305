#include "bridge/broker/history_eviction.h"

#include <algorithm>

namespace spanwire::broker {
namespace {

// Some room is made ahead, so that a publisher at the limit does not evict for every event ...
constexpr size_t kSlackDivisor = 256;
// ... but little enough per step that the tenant's other publishers hardly wait.
constexpr size_t kMaxStepBytes = 256 * 1024;

}  // namespace

void HistoryEviction::Evict() {
  absl::MutexLock lock(&mutex_);
  size_t goal = budget_.excess();
  if (goal == 0) return;
  goal += budget_.limit() / kSlackDivisor;
  while (goal > 0) {
    const std::shared_ptr<TenantLog> largest = tenants_.Largest();
    if (largest == nullptr) return;
    Discards discards;
    const size_t freed = largest->Evict(std::min(goal, kMaxStepBytes), discards);
    // What others publish meanwhile they make room for themselves, when they get this lock. Nothing freed means that
    // the log's history expired just now, which made room as well.
    goal = freed > 0 ? goal - std::min(goal, freed) : budget_.excess();
  }
}

}  // namespace spanwire::broker

#include "bridge/broker/history_sweep.h"

#include <algorithm>

namespace spanwire::broker {
namespace {

// Topics and events per hold of a tenant's lock: some 20 microseconds.
constexpr size_t kStep = 256;

// False where `work` ran out before the tenant's last topic.
bool SweepTenant(TenantLog& log, absl::Time now, absl::Time idle_since, size_t& work) {
  while (work > 0) {
    const size_t step = std::min(work, kStep);
    size_t left = step;
    Discards discards;
    const bool complete = log.Sweep(now, idle_since, left, discards);
    work -= step - left;
    if (complete) return true;
  }
  return false;
}

}  // namespace

void HistorySweep::Run(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const std::vector<std::shared_ptr<TenantLog>> logs = tenants_.List();
  const absl::Time idle_since = now - topic_idle_;
  size_t work = max_work_;
  for (size_t visited = 0; visited < logs.size() && work > 0; ++visited) {
    // The order changes when tenants come and go; that only delays a tenant.
    TenantLog& log = *logs[next_tenant_ % logs.size()];
    if (!SweepTenant(log, now, idle_since, work)) return;
    work -= std::min<size_t>(work, 1);  // a tenant without topics is work, too
    ++next_tenant_;
  }
}

}  // namespace spanwire::broker

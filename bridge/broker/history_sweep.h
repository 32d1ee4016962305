#pragma once

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bridge/broker/tenant_directory.h"

namespace spanwire::broker {

// Lets go of what has become too old in topics that nobody publishes to or reads, and of idle topics. Thread safe.
//
// Reading and publishing need no sweep to be right; it only gives memory back.
class HistorySweep {
 public:
  // `tenants` is borrowed. A topic without events, interest and use for `topic_idle` leaves memory. One Run looks at no
  // more than `max_work` topics and events; the next one goes on from there.
  HistorySweep(TenantDirectory& tenants, absl::Duration topic_idle, size_t max_work)
      : tenants_(tenants), topic_idle_(topic_idle), max_work_(max_work) {}

  void Run(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  TenantDirectory& tenants_;
  const absl::Duration topic_idle_;
  const size_t max_work_;
  absl::Mutex mutex_;  // taken before all other locks
  size_t next_tenant_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanwire::broker

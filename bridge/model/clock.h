#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace spanwire::model {

// Tells the time. Handed to everything that compares times, so that tests can move it. Thread safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time, as printed in envelopes.
  virtual absl::Time Now() const = 0;

  // The machine's clock; lives for ever.
  static const Clock& System();
};

// A clock that stands still until it is moved. For tests.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'760'000'000)) : now_(start) {}
  absl::Time Now() const override ABSL_LOCKS_EXCLUDED(mutex_);
  void Advance(absl::Duration by) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::model

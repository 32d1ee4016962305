#pragma once

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bridge/model/clock.h"

namespace spanwire::observe {

// Keeps what clients can provoke from filling the log: lets `burst` lines through at once and one more per `refill`,
// and counts the rest. One limiter for each kind of line.
//
//   if (const auto left_out = limiter.Admit()) Log(warn, "handshake failed", {..., {"left_out",
//   to_string(*left_out)}});
//
// Thread safe. Borrows `clock`.
class LogLimiter {
 public:
  LogLimiter(uint32_t burst, absl::Duration refill, const model::Clock& clock);

  // Set where a line may be written now: how many were left out since the last. Null: leave this one out too.
  std::optional<uint64_t> Admit() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const uint32_t burst_;
  const absl::Duration refill_;
  const model::Clock& clock_;
  absl::Mutex mutex_;
  uint32_t tokens_ ABSL_GUARDED_BY(mutex_);
  absl::Time refilled_at_ ABSL_GUARDED_BY(mutex_);
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanwire::observe

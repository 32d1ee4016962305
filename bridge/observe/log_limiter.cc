#include "bridge/observe/log_limiter.h"

#include <algorithm>
#include <utility>

namespace spanwire::observe {

LogLimiter::LogLimiter(uint32_t burst, absl::Duration refill, const model::Clock& clock)
    : burst_(burst), refill_(refill), clock_(clock), tokens_(burst), refilled_at_(clock.Now()) {}

std::optional<uint64_t> LogLimiter::Admit() {
  const absl::Time now = clock_.Now();
  absl::MutexLock lock(&mutex_);
  // A wall clock that was set back must not silence the log until it has caught up.
  refilled_at_ = std::min(refilled_at_, now);
  absl::Duration rest;
  const int64_t earned = absl::IDivDuration(now - refilled_at_, refill_, &rest);
  if (earned > 0) {
    tokens_ = static_cast<uint32_t>(std::min<uint64_t>(burst_, tokens_ + static_cast<uint64_t>(earned)));
    refilled_at_ = now - rest;
  }
  if (tokens_ == 0) {
    ++left_out_;
    return std::nullopt;
  }
  --tokens_;
  return std::exchange(left_out_, 0);
}

}  // namespace spanwire::observe

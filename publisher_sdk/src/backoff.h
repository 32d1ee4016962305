#pragma once

#include <chrono>
#include <functional>

namespace spanwire::internal {

// The SDK's clock: deadlines must not move when somebody sets the wall clock.
using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
using Duration = std::chrono::milliseconds;

// Exponential backoff with full jitter: the nth wait is uniform between nothing and initial * 2^n, at most `max`, so
// that publishers which lost the same bridge do not come back at the same moment. Not thread safe.
class Backoff {
 public:
  // `uniform` draws from [0, 1); by default from a generator seeded by the system.
  Backoff(Duration initial, Duration max, std::function<double()> uniform = {});

  Duration Next();
  void Reset() { ceiling_ = initial_; }

 private:
  Duration initial_;
  Duration max_;
  Duration ceiling_;
  std::function<double()> uniform_;
};

}  // namespace spanwire::internal

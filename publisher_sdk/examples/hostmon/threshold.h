#pragma once

#include <chrono>
#include <optional>

namespace spanwire::hostmon {

// Says when a figure is over its threshold for long enough to tell somebody, and when that is over: below the threshold
// less a margin for as long, so that a figure on the edge does not ring all day. One thread.
class Threshold {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  enum class Change { kRaised, kResolved };

  Threshold(double limit, double margin, Duration hold) : limit_(limit), margin_(margin), hold_(hold) {}

  std::optional<Change> Update(double value, TimePoint now);
  double limit() const { return limit_; }

 private:
  const double limit_;
  const double margin_;
  const Duration hold_;
  bool raised_ = false;
  std::optional<TimePoint> since_;  // since when the figure says the opposite of raised_
};

}  // namespace spanwire::hostmon

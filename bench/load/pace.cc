#include "bench/load/pace.h"

#include <algorithm>
#include <ctime>

#include "absl/time/clock.h"
#include "bench/load/event_stamp.h"

namespace spanwire::bench {
namespace {

constexpr absl::Duration kLongestRun = absl::Seconds(60);

void SleepUntil(int64_t due_ns) {
  const timespec due{.tv_sec = due_ns / 1'000'000'000, .tv_nsec = due_ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);  // cut short by a signal: a turn early
}

}  // namespace

Pace::Pace(const PaceOptions& options, DeliveryProgress progress)
    : options_(options), progress_(progress), deadline_(absl::Now() + kLongestRun), due_ns_(MonotonicNow()) {}

std::optional<Turn> Pace::Next() {
  if (options_.rate > 0) {
    due_ns_ += static_cast<int64_t>(1e9 / options_.rate);
    SleepUntil(due_ns_);
    if (progress_.stopped() || absl::Now() > deadline_) return std::nullopt;
  } else {
    const uint64_t in_flight = std::max(options_.in_flight, options_.batch);
    const auto needed = static_cast<int64_t>(published_ + options_.batch) - static_cast<int64_t>(in_flight);
    if (!progress_.WaitFor(needed, deadline_)) return std::nullopt;
    due_ns_ = MonotonicNow();
  }
  const Turn turn{published_ + 1, options_.batch, due_ns_};
  published_ += options_.batch;
  progress_.SetPublished(published_);
  return turn;
}

}  // namespace spanwire::bench

#include "bridge/fanout/throttle.h"

#include <utility>

namespace spanwire::fanout {

Throttle::Throttle(const config::ThrottlePolicy& policy, std::string conflate)
    : policy_(policy), conflate_(std::move(conflate)) {}

void Throttle::Open(Time now) {
  open_ = true;
  ends_ = now + std::chrono::duration_cast<Time::duration>(absl::ToChronoNanoseconds(policy_.window));
}

void Throttle::Hold(const model::EnvelopePtr& event) {
  if (!holding()) first_held_ = event->offset();
  const bool gave_way = events_.Add(event, conflate_.empty() ? std::nullopt : ConflationKey(*event, conflate_));
  if (gave_way) ++conflated_;
  while (events_.size() > 1 && (events_.size() > policy_.max_batch || events_.bytes() > kMaxBatchBytes)) {
    events_.TakeOldest();
    ++dropped_;
  }
}

Throttle::Held Throttle::Release() {
  Held held{.events = {},
            .first_offset = std::exchange(first_held_, 0),
            .dropped = std::exchange(dropped_, 0),
            .conflated = std::exchange(conflated_, 0)};
  held.events.reserve(events_.size());
  while (!events_.empty()) held.events.push_back(events_.TakeOldest());
  return held;
}

}  // namespace spanwire::fanout

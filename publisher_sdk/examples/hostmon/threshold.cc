#include "publisher_sdk/examples/hostmon/threshold.h"

namespace spanwire::hostmon {

std::optional<Threshold::Change> Threshold::Update(double value, TimePoint now) {
  const bool opposite = raised_ ? value < limit_ - margin_ : value >= limit_;
  if (!opposite) {
    since_.reset();
    return std::nullopt;
  }
  if (!since_) since_ = now;
  if (now - *since_ < hold_) return std::nullopt;
  raised_ = !raised_;
  since_.reset();
  return raised_ ? Change::kRaised : Change::kResolved;
}

}  // namespace spanwire::hostmon

#include "bridge/observe/pattern_counters.h"

namespace spanwire::observe {

PatternCounts& PatternCounters::Of(std::string_view pattern) {
  absl::MutexLock lock(&mutex_);
  const auto found = counts_.find(pattern);
  return found != counts_.end() ? found->second : counts_.try_emplace(std::string(pattern)).first->second;
}

void PatternCounters::AddTo(TotalsByPattern& totals) const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [pattern, counts] : counts_) {
    PatternTotals& sum = totals[pattern];
    sum.throttle_dropped += counts.throttle_dropped.Value();
    sum.conflated += counts.conflated.Value();
    sum.slow_closed += counts.slow_closed.Value();
  }
}

}  // namespace spanwire::observe

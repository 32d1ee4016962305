#include "bench/load/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace spanwire::bench {

void LatencyHistogram::Add(int64_t ns) {
  ns = std::max<int64_t>(ns, 0);
  ++buckets_[BucketOf(static_cast<uint64_t>(ns))];
  ++count_;
  max_ = std::max(max_, ns);
}

int64_t LatencyHistogram::Quantile(double quantile) const {
  const auto rank = static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (buckets_[bucket] > 0 && seen >= rank) return std::min(max_, static_cast<int64_t>(UpperBound(bucket)));
  }
  return 0;
}

// Values below kSteps have a bucket each; above, the leading kStepBits + 1 bits choose.
size_t LatencyHistogram::BucketOf(uint64_t ns) {
  if (ns < kSteps) return ns;
  const int shift = std::bit_width(ns) - kStepBits - 1;
  return static_cast<size_t>(shift) * kSteps + (ns >> shift);
}

uint64_t LatencyHistogram::UpperBound(size_t bucket) {
  if (bucket < 2 * kSteps) return bucket;
  const size_t shift = bucket / kSteps - 1;
  return ((kSteps + bucket % kSteps + 1) << shift) - 1;
}

}  // namespace spanwire::bench

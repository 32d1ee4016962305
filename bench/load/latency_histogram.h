#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace spanwire::bench {

// Durations in buckets that are at most 3 % wide, from 1 ns to centuries: bounded memory, however long a run is.
class LatencyHistogram {
 public:
  // Negative durations count as 0.
  void Add(int64_t ns);
  uint64_t count() const { return count_; }
  int64_t max() const { return max_; }
  // The duration in nanoseconds that the share `quantile` (0 to 1) does not exceed; 0 where there is none.
  int64_t Quantile(double quantile) const;
  void Clear() { *this = {}; }

 private:
  // Each power of two is cut into so many.
  static constexpr int kStepBits = 5;
  static constexpr size_t kSteps = size_t{1} << kStepBits;
  static constexpr size_t kBuckets = (64 - kStepBits) * kSteps;

  static size_t BucketOf(uint64_t ns);
  static uint64_t UpperBound(size_t bucket);

  std::array<uint64_t, kBuckets> buckets_{};
  uint64_t count_ = 0;
  int64_t max_ = 0;
};

}  // namespace spanwire::bench

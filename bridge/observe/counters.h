#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace spanwire::observe {

// Counts up. Any thread; an atomic addition, so where events come in batches add once per batch.
class Counter {
 public:
  void Add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Goes up and down. Any thread.
class Gauge {
 public:
  void Add(int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void Sub(int64_t n = 1) { value_.fetch_sub(n, std::memory_order_relaxed); }
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  int64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// A Counter that one thread owns: only that thread calls Add, which costs as much as a plain addition. Any thread
// reads.
class OwnedCounter {
 public:
  void Add(uint64_t n = 1) { value_.store(Value() + n, std::memory_order_relaxed); }
  uint64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A Gauge that one thread owns.
class OwnedGauge {
 public:
  void Add(int64_t n = 1) { Set(Value() + n); }
  void Sub(int64_t n = 1) { Set(Value() - n); }
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  int64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Durations in buckets that fit what a publisher waits for: 100 µs to 10 s. Any thread.
class LatencyHistogram {
 public:
  // Upper bounds in seconds; what is beyond the last is counted by Count() alone.
  static constexpr std::array<double, 16> kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                     0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

  void Observe(double seconds) {
    size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
    buckets_[bucket].Add();
    nanoseconds_.Add(seconds > 0 ? static_cast<uint64_t>(seconds * 1e9) : 0);
  }

  // Observations in bucket `i` alone, not cumulative; bucket kBounds.size() is what lies beyond the last bound.
  uint64_t InBucket(size_t i) const { return buckets_[i].Value(); }
  double SumSeconds() const { return static_cast<double>(nanoseconds_.Value()) / 1e9; }

 private:
  std::array<Counter, kBounds.size() + 1> buckets_;
  Counter nanoseconds_;
};

}  // namespace spanwire::observe

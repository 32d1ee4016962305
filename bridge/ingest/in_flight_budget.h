#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "bridge/observe/counters.h"

namespace spanwire::ingest {

// Bounds the bytes accepted from all publishers together and not yet stored. Thread safe.
class InFlightBudget {
 public:
  // Gives its bytes back when it goes. Must not outlive the budget.
  class Share {
   public:
    Share() = default;
    Share(InFlightBudget* budget, size_t bytes) : budget_(budget), bytes_(bytes) {}
    Share(Share&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (budget_ != nullptr) budget_->GiveBack(bytes_);
    }
    explicit operator bool() const { return budget_ != nullptr; }

   private:
    InFlightBudget* budget_ = nullptr;
    size_t bytes_ = 0;
  };

  // Shows what is taken in `shown`, which must outlive the budget.
  InFlightBudget(size_t limit, observe::Gauge& shown) : limit_(limit), shown_(shown) {}

  // An empty Share where the limit is reached. A request alone is always let in, however large: its size is bounded by
  // the server's message limit, and refusing it would refuse it for ever.
  Share Take(size_t bytes) {
    const size_t before = taken_.fetch_add(bytes, std::memory_order_relaxed);
    if (before != 0 && before + bytes > limit_) {
      taken_.fetch_sub(bytes, std::memory_order_relaxed);
      return {};
    }
    shown_.Add(static_cast<int64_t>(bytes));
    return {this, bytes};
  }

 private:
  void GiveBack(size_t bytes) {
    taken_.fetch_sub(bytes, std::memory_order_relaxed);
    shown_.Sub(static_cast<int64_t>(bytes));
  }

  const size_t limit_;
  observe::Gauge& shown_;
  std::atomic<size_t> taken_{0};
};

}  // namespace spanwire::ingest

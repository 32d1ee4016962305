#pragma once

#include <atomic>
#include <cstddef>

namespace spanwire::broker {

// What the history of all tenants costs, and may cost. Thread safe; read and written on the hot path, so it is one
// counter.
class HistoryBudget {
 public:
  explicit HistoryBudget(size_t limit) : limit_(limit) {}

  size_t limit() const { return limit_; }
  size_t used() const { return used_.load(std::memory_order_relaxed); }
  // `now` and `before` are what one tenant costs and used to cost.
  void Change(size_t before, size_t now) { used_.fetch_add(now - before, std::memory_order_relaxed); }
  size_t excess() const {
    const size_t bytes = used();
    return bytes > limit_ ? bytes - limit_ : 0;
  }

 private:
  const size_t limit_;
  std::atomic<size_t> used_{0};
};

}  // namespace spanwire::broker

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace spanwire::transport {

class PushConnection;

// Bytes that the queues of all connections may hold together: with many slow clients at once a bound for each is none
// for the bridge. Over it the largest queues are closed until a quarter of it is free. Any thread.
class OutboundBudget {
 public:
  // `shed` is to close queues; it runs on whichever shard's thread went over the limit, once until Settled().
  OutboundBudget(size_t limit, std::function<void()> shed)
      : limit_(static_cast<int64_t>(limit)), shed_(std::move(shed)) {}
  OutboundBudget(const OutboundBudget&) = delete;
  OutboundBudget& operator=(const OutboundBudget&) = delete;

  // Queues hold so many bytes more, or less.
  void Change(int64_t bytes) {
    if (total_.fetch_add(bytes, std::memory_order_relaxed) + bytes > limit_ && bytes > 0 && !shedding_.exchange(true)) {
      shed_();
    }
  }
  // What must go so that a quarter is free.
  int64_t excess() const { return total_.load(std::memory_order_relaxed) - limit_ / 4 * 3; }
  void Settled() { shedding_ = false; }

 private:
  const int64_t limit_;
  const std::function<void()> shed_;
  std::atomic<int64_t> total_{0};
  std::atomic<bool> shedding_{false};
};

// One shard's part in the budget: tells it in steps, so that shards do not fight over a number, and knows which
// connections wait for their peers. Shard thread only.
class OutboundShare {
 public:
  explicit OutboundShare(OutboundBudget& budget) : budget_(budget) {}
  OutboundShare(const OutboundShare&) = delete;
  OutboundShare& operator=(const OutboundShare&) = delete;
  ~OutboundShare() { budget_.Change(-told_); }

  void Change(int64_t bytes) {
    held_ += bytes;
    if (held_ - told_ >= kStep || told_ - held_ >= kStep) budget_.Change(held_ - std::exchange(told_, held_));
  }

  // A connection is waiting from the first send that its peer did not take until its queue is empty.
  void Add(PushConnection& connection) { waiting_.insert(&connection); }
  void Remove(PushConnection& connection) { waiting_.erase(&connection); }
  const absl::flat_hash_set<PushConnection*>& waiting() const { return waiting_; }

 private:
  static constexpr int64_t kStep = 64 * 1024;

  OutboundBudget& budget_;
  int64_t held_ = 0;
  int64_t told_ = 0;  // what the budget knows of
  absl::flat_hash_set<PushConnection*> waiting_;
};

}  // namespace spanwire::transport

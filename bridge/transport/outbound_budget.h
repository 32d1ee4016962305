#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace spanwire::transport {

// A connection whose peer does not take what it is sent: what waits for it is memory, whatever its transport. Shard
// thread only, but for the reference that WeakHolder gives.
class OutboundHolder {
 public:
  // Bytes that wait.
  virtual size_t held_bytes() const = 0;
  // There is too much of them in the bridge: gives them up and closes the connection. What is not sent is not lost, the
  // client resumes by its cursor.
  virtual void Shed() = 0;
  virtual std::weak_ptr<OutboundHolder> WeakHolder() = 0;

 protected:
  ~OutboundHolder() = default;
};

// Bytes that may wait for the peers of all connections together: with many slow clients at once a bound for each is
// none for the bridge. Over it the largest holders are closed until a quarter of it is free. Any thread.
class OutboundBudget {
 public:
  // `shed` is to close holders; it runs on whichever shard's thread went over the limit, once until Settled().
  OutboundBudget(size_t limit, std::function<void()> shed)
      : limit_(static_cast<int64_t>(limit)), shed_(std::move(shed)) {}
  OutboundBudget(const OutboundBudget&) = delete;
  OutboundBudget& operator=(const OutboundBudget&) = delete;

  // So many bytes more wait, or less.
  void Change(int64_t bytes) {
    if (total_.fetch_add(bytes, std::memory_order_relaxed) + bytes > limit_ && bytes > 0) MakeRoom();
  }
  // Whether so many bytes more may wait, for those who can be told to come again. Where they may not room is made, if
  // more than three quarters are taken.
  bool Admit(size_t bytes) {
    if (total_.load(std::memory_order_relaxed) + static_cast<int64_t>(bytes) <= limit_) return true;
    if (excess() > 0) MakeRoom();
    return false;
  }
  // What must go so that a quarter is free.
  int64_t excess() const { return total_.load(std::memory_order_relaxed) - limit_ / 4 * 3; }
  void Settled() { shedding_ = false; }

 private:
  void MakeRoom() {
    if (!shedding_.exchange(true)) shed_();
  }

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

  // A connection is waiting from the first send that its peer did not take until nothing is left of it.
  void Add(OutboundHolder& holder) { waiting_.insert(&holder); }
  void Remove(OutboundHolder& holder) { waiting_.erase(&holder); }
  const absl::flat_hash_set<OutboundHolder*>& waiting() const { return waiting_; }

 private:
  static constexpr int64_t kStep = 64 * 1024;

  OutboundBudget& budget_;
  int64_t held_ = 0;
  int64_t told_ = 0;  // what the budget knows of
  absl::flat_hash_set<OutboundHolder*> waiting_;
};

}  // namespace spanwire::transport

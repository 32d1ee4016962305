#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "publisher_sdk/src/outbox.h"

namespace spanwire::internal {

// Results that are known and not yet told: waiting for the SDK's thread, or in its hands. Not thread safe.
class ResultQueue {
 public:
  void Add(Completed completed) {
    oldest_waiting_ = std::min(oldest_waiting_, completed.ordinal);
    waiting_.push_back(std::move(completed));
  }

  // For the SDK's thread, which says Told when it has told them.
  std::vector<Completed> Take() {
    in_hand_ = waiting_.size();
    oldest_in_hand_ = std::exchange(oldest_waiting_, kNone);
    return std::exchange(waiting_, {});
  }
  void Told() {
    in_hand_ = 0;
    oldest_in_hand_ = kNone;
  }

  bool HasWaiting() const { return !waiting_.empty(); }
  size_t size() const { return waiting_.size() + in_hand_; }
  // UINT64_MAX where there is none.
  uint64_t OldestOrdinal() const { return std::min(oldest_waiting_, oldest_in_hand_); }

 private:
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

  std::vector<Completed> waiting_;
  size_t in_hand_ = 0;
  uint64_t oldest_waiting_ = kNone;
  uint64_t oldest_in_hand_ = kNone;
};

}  // namespace spanwire::internal

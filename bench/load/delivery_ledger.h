#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "bench/load/event_stamp.h"

namespace spanwire::bench {

// Who received what: checks that each subscriber gets every event of its topic once and in order, with ascending
// offsets, and knows how far the slowest is. Subscribers and events are dealt to the topics in turn (TopicOf). One
// thread.
class DeliveryLedger {
 public:
  // One subscriber's place.
  struct Place {
    uint64_t next_sequence = 0;
    uint64_t last_offset = 0;
  };

  // `subscribers` is a multiple of `topics`.
  DeliveryLedger(uint64_t subscribers, uint64_t topics);

  // Subscriber number `index` received this event. `at_ns` is when it was published.
  absl::Status Deliver(size_t index, std::string_view envelope, int64_t* at_ns);

  // Every subscriber has the events up to this one.
  uint64_t complete() const { return complete_; }

 private:
  // Events that some have and others lack. More than publishers ever have in flight.
  static constexpr size_t kWindow = size_t{1} << 16;

  // An event's bytes are the same for all: what its first delivery says is remembered for the others.
  struct Known {
    uint64_t offset = 0;
    EventStamp stamp;
  };

  absl::Status Count(uint64_t sequence);

  const uint64_t topics_;
  const uint32_t subscribers_per_topic_;
  std::vector<Place> places_;
  std::array<Known, 4096> known_{};
  std::vector<uint32_t> deliveries_;  // of each event in the window, by sequence
  uint64_t complete_ = 0;
};

}  // namespace spanwire::bench

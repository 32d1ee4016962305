#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spanwire::bench {

// What a measured event carries in its `message`, as text of fixed width: "seq=<20 digits> at=<20 digits>".
struct EventStamp {
  uint64_t sequence = 0;  // number of the event, from 1, over all topics
  int64_t at_ns = 0;      // when it was due to be published, on the monotonic clock, which all processes share
};

constexpr size_t kStampBytes = 48;

// A line of `bytes` (at least kStampBytes) that begins with the stamp.
std::string StampedLine(EventStamp stamp, size_t bytes);
// Overwrites the stamp at `line`.
void WriteStamp(EventStamp stamp, char* line);
// Finds the stamp in an envelope.
std::optional<EventStamp> FindStamp(std::string_view envelope);

// Bytes of `message` that make an event's `data` 128 bytes of JSON: {"level":"info","message":"...","source":"bench"}.
constexpr size_t kLineBytes = 128 - 46;

// The topic that subscriber or event number `index` of so many topics belongs to.
std::string TopicOf(uint64_t index, uint64_t topics);

// Nanoseconds of the monotonic clock.
int64_t MonotonicNow();

}  // namespace spanwire::bench

#include "bench/load/event_stamp.h"

#include <charconv>
#include <ctime>

namespace spanwire::bench {
namespace {

constexpr std::string_view kSequence = "seq=";
constexpr std::string_view kAt = " at=";
constexpr size_t kDigits = 20;
static_assert(kStampBytes == kSequence.size() + kAt.size() + 2 * kDigits);

void WriteDigits(uint64_t value, char* out) {
  for (size_t i = kDigits; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

template <typename T>
bool ReadDigits(std::string_view digits, T* value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *value);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

std::string StampedLine(EventStamp stamp, size_t bytes) {
  std::string line(bytes, '.');
  WriteStamp(stamp, line.data());
  return line;
}

void WriteStamp(EventStamp stamp, char* line) {
  line += kSequence.copy(line, kSequence.size());
  WriteDigits(stamp.sequence, line);
  line += kDigits;
  line += kAt.copy(line, kAt.size());
  WriteDigits(static_cast<uint64_t>(stamp.at_ns), line);
}

std::optional<EventStamp> FindStamp(std::string_view envelope) {
  const size_t begin = envelope.find(kSequence);
  if (begin == std::string_view::npos || envelope.size() - begin < kStampBytes) return std::nullopt;
  const std::string_view text = envelope.substr(begin, kStampBytes);
  EventStamp stamp;
  const bool read = ReadDigits(text.substr(kSequence.size(), kDigits), &stamp.sequence) &&
                    ReadDigits(text.substr(kStampBytes - kDigits), &stamp.at_ns);
  return read ? std::optional(stamp) : std::nullopt;
}

std::string TopicOf(uint64_t index, uint64_t topics) {
  return "bench:" + std::to_string(index % topics);
}

int64_t MonotonicNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace spanwire::bench

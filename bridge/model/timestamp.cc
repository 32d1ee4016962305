#include "bridge/model/timestamp.h"

#include <cstdint>

namespace spanwire::model {
namespace {

constexpr size_t kSecondsLength = 19;  // 2026-01-15T14:05:00

}  // namespace

void AppendTimestamp(absl::Time time, std::string* out) {
  // Most events of a moment share their second, and breaking a time down is the costly part.
  thread_local int64_t cached_second = INT64_MIN;
  thread_local std::string cached;
  const int64_t second = absl::ToUnixSeconds(time);
  if (second != cached_second || cached.size() != kSecondsLength) {
    cached = absl::FormatTime("%E4Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(second), absl::UTCTimeZone());
    cached_second = second;
  }
  const int64_t ms = absl::ToInt64Milliseconds(time - absl::FromUnixSeconds(second));
  out->append(cached);
  const char fraction[] = {'.', static_cast<char>('0' + ms / 100), static_cast<char>('0' + ms / 10 % 10),
                           static_cast<char>('0' + ms % 10), 'Z'};
  out->append(fraction, sizeof(fraction));
}

std::string FormatTimestamp(absl::Time time) {
  std::string text;
  AppendTimestamp(time, &text);
  return text;
}

}  // namespace spanwire::model

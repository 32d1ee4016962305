#include "cli/humane.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"

namespace spanwire::cli {

std::string HumaneDuration(absl::Duration duration) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(duration));
  const int64_t minutes = seconds / 60;
  const int64_t hours = minutes / 60;
  const int64_t days = hours / 24;
  if (minutes == 0) return fmt::format("{}s", seconds);
  if (hours == 0) return fmt::format("{}m{:02}s", minutes, seconds % 60);
  if (days == 0) return fmt::format("{}h{:02}m", hours, minutes % 60);
  if (days < 10) return fmt::format("{}d{}h", days, hours % 24);
  return fmt::format("{}d", days);
}

std::string HumaneBytes(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{}B", bytes);
  static constexpr std::array<const char*, 6> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // From 1023.95 on, one decimal would round to "1024.0".
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f}{}", value, kUnits[unit]);
}

std::string Counted(uint64_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() == 0 && timestamp.nanos() == 0) return absl::InfinitePast();
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

std::string Age(const google::protobuf::Timestamp& timestamp, absl::Time now) {
  const absl::Time time = TimeOf(timestamp);
  return time == absl::InfinitePast() ? "-" : HumaneDuration(now - time);
}

std::string Moment(const google::protobuf::Timestamp& timestamp, absl::Time now, absl::TimeZone zone) {
  const absl::Time time = TimeOf(timestamp);
  if (time == absl::InfinitePast()) return "-";
  return fmt::format("{} ({} ago)", absl::FormatTime("%Y-%m-%d %H:%M:%S", time, zone), HumaneDuration(now - time));
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

}  // namespace spanwire::cli

#include "bridge/schema/well_known_json.h"

#include <chrono>
#include <cstdint>

#include <fmt/compile.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/utf8.h"
#include "google/protobuf/util/json_util.h"

namespace spanwire::schema {
namespace {

constexpr int64_t kFirstSecond = -62'135'596'800;     // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;      // 9999-12-31T23:59:59Z
constexpr int64_t kLongestSeconds = 315'576'000'000;  // about 10,000 years
constexpr int32_t kNanosPerSecond = 1'000'000'000;

// A fraction of a second with 0, 3, 6 or 9 digits: the fewest that say it.
void AppendFraction(int32_t nanos, std::string* out) {
  if (nanos == 0) return;
  const auto end = std::back_inserter(*out);
  if (nanos % 1'000'000 == 0) {
    fmt::format_to(end, FMT_COMPILE(".{:03}"), nanos / 1'000'000);
  } else if (nanos % 1'000 == 0) {
    fmt::format_to(end, FMT_COMPILE(".{:06}"), nanos / 1'000);
  } else {
    fmt::format_to(end, FMT_COMPILE(".{:09}"), nanos);
  }
}

}  // namespace

bool WriteTimestamp(const google::protobuf::Timestamp& time, JsonOutput& out) {
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() >= kNanosPerSecond) {
    return out.Fail(
        "a google.protobuf.Timestamp is outside of the years 1 to 9999, or its nanos outside of 0 to 999999999");
  }
  const std::chrono::sys_seconds at{std::chrono::seconds(time.seconds())};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  fmt::format_to(std::back_inserter(*out.text()), FMT_COMPILE("\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"),
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                 clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  AppendFraction(time.nanos(), out.text());
  out.Write("Z\"");
  return true;
}

bool WriteDuration(const google::protobuf::Duration& duration, JsonOutput& out) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  const bool in_range =
      seconds >= -kLongestSeconds && seconds <= kLongestSeconds && nanos > -kNanosPerSecond && nanos < kNanosPerSecond;
  const bool mixed_signs = (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0);
  if (!in_range || mixed_signs) {
    return out.Fail("a google.protobuf.Duration is longer than 10000 years, or its seconds and nanos differ in sign");
  }
  const bool negative = seconds < 0 || nanos < 0;
  fmt::format_to(std::back_inserter(*out.text()), FMT_COMPILE("\"{}{}"), negative ? "-" : "",
                 negative ? -seconds : seconds);
  AppendFraction(negative ? -nanos : nanos, out.text());
  out.Write("s\"");
  return true;
}

bool WriteFieldMask(const google::protobuf::FieldMask& mask, JsonOutput& out) {
  for (const std::string& path : mask.paths()) {
    if (!model::IsUtf8(path)) {
      return out.Fail("a path of google.protobuf.FieldMask is not valid UTF-8");
    }
  }
  // Rare in events, and its way from snake_case to camelCase is full of corners: left to the library.
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(mask, &json);
  if (!status.ok()) return out.Fail("a google.protobuf.FieldMask has a path that JSON cannot say");
  out.Write(json);
  return true;
}

}  // namespace spanwire::schema

#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace spanwire::cli {

// Figures as people like to read them.

// "0s", "42s", "3m12s", "5h03m", "2d4h". A negative duration (clocks differ) counts as none.
std::string HumaneDuration(absl::Duration duration);

// "512B", "1.5KiB", "4.0MiB".
std::string HumaneBytes(uint64_t bytes);

// "1 event", "2 events": `noun` takes an s.
std::string Counted(uint64_t count, const char* noun);

// The proto's time; the past for an unset one.
absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);

// How long ago it was, as HumaneDuration; "-" where the timestamp is unset or zero.
std::string Age(const google::protobuf::Timestamp& timestamp, absl::Time now);

// "2026-01-15 14:05:00 (3m12s ago)" in `zone`; "-" where the timestamp is unset or zero.
std::string Moment(const google::protobuf::Timestamp& timestamp, absl::Time now, absl::TimeZone zone);

// "-" for an empty text, so that a table has no holes.
std::string OrDash(const std::string& text);

}  // namespace spanwire::cli

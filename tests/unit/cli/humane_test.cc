#include "cli/humane.h"

#include "gtest/gtest.h"

namespace spanwire::cli {
namespace {

TEST(HumaneDurationTest, ShowsTheTwoGreatestUnits) {
  EXPECT_EQ(HumaneDuration(absl::ZeroDuration()), "0s");
  EXPECT_EQ(HumaneDuration(absl::Milliseconds(59'999)), "59s");
  EXPECT_EQ(HumaneDuration(absl::Seconds(192)), "3m12s");
  EXPECT_EQ(HumaneDuration(absl::Minutes(303)), "5h03m");
  EXPECT_EQ(HumaneDuration(absl::Hours(52)), "2d4h");
  EXPECT_EQ(HumaneDuration(absl::Hours(24 * 45)), "45d");
}

TEST(HumaneDurationTest, AFutureTimeIsNow) {
  EXPECT_EQ(HumaneDuration(absl::Seconds(-5)), "0s");
}

TEST(HumaneBytesTest, RoundsIntoBinaryUnits) {
  EXPECT_EQ(HumaneBytes(0), "0B");
  EXPECT_EQ(HumaneBytes(1023), "1023B");
  EXPECT_EQ(HumaneBytes(1024), "1.0KiB");
  EXPECT_EQ(HumaneBytes(1536), "1.5KiB");
  EXPECT_EQ(HumaneBytes(1024 * 1024 - 1), "1.0MiB");
  EXPECT_EQ(HumaneBytes(~uint64_t{0}), "16.0EiB");
}

TEST(CountedTest, OneIsNotMany) {
  EXPECT_EQ(Counted(0, "event"), "0 events");
  EXPECT_EQ(Counted(1, "event"), "1 event");
}

TEST(AgeTest, AnUnsetTimeIsADash) {
  EXPECT_EQ(Age({}, absl::UnixEpoch()), "-");
  EXPECT_EQ(Moment({}, absl::UnixEpoch(), absl::UTCTimeZone()), "-");
}

TEST(MomentTest, ShowsTheTimeAndItsDistance) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(1'768'485'900);
  EXPECT_EQ(Moment(timestamp, absl::FromUnixSeconds(1'768'485'942), absl::UTCTimeZone()),
            "2026-01-15 14:05:00 (42s ago)");
}

}  // namespace
}  // namespace spanwire::cli

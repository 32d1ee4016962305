#include "bridge/model/timestamp.h"

#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

TEST(Timestamp, IsRfc3339UtcWithMilliseconds) {
  const absl::Time time = absl::FromUnixMillis(1'768'485'900'007);
  EXPECT_EQ(FormatTimestamp(time), "2026-01-15T14:05:00.007Z");
  EXPECT_EQ(FormatTimestamp(time + absl::Milliseconds(992)), "2026-01-15T14:05:00.999Z");
  EXPECT_EQ(FormatTimestamp(time + absl::Milliseconds(993)), "2026-01-15T14:05:01.000Z");
}

TEST(Timestamp, TimesBeforeTheEpochAndEarlyYearsKeepTheirShape) {
  EXPECT_EQ(FormatTimestamp(absl::UnixEpoch() - absl::Milliseconds(1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatTimestamp(absl::FromUnixSeconds(-62135596800)), "0001-01-01T00:00:00.000Z");
}

TEST(Timestamp, WhatIsFinerThanAMillisecondIsCutOff) {
  EXPECT_EQ(FormatTimestamp(absl::UnixEpoch() + absl::Microseconds(1999)), "1970-01-01T00:00:00.001Z");
}

}  // namespace
}  // namespace spanwire::model

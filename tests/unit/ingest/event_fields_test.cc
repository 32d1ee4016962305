#include "bridge/ingest/event_fields.h"

#include <string>

#include <gtest/gtest.h>

#include "bridge/model/error.h"
#include "bridge/model/timestamp.h"

namespace spanwire::ingest {
namespace {

google::protobuf::Timestamp At(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return timestamp;
}

TEST(CheckEventId, TakesUtf8UpToTheLimit) {
  EXPECT_TRUE(CheckEventId("").ok());
  EXPECT_TRUE(CheckEventId("order 7 \xF0\x9F\x9A\x80").ok());
  EXPECT_TRUE(CheckEventId(std::string(128, 'x')).ok());
}

TEST(CheckEventId, RefusesLongOnesAndWhatIsNoUtf8) {
  const std::string bad[] = {std::string(129, 'x'), "\xFF", "\xC3", "\xED\xA0\x80", "\xC0\xAF"};
  for (const std::string& id : bad) EXPECT_EQ(model::DetailOf(CheckEventId(id)).reason, "BAD_ID") << id;
}

TEST(ReadTimestamp, CoversTheYears1To9999) {
  EXPECT_EQ(model::FormatTimestamp(*ReadTimestamp(At(-62'135'596'800, 0))), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(model::FormatTimestamp(*ReadTimestamp(At(253'402'300'799, 999'999'999))), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(model::FormatTimestamp(*ReadTimestamp(At(-1, 999'000'000))), "1969-12-31T23:59:59.999Z");
}

TEST(ReadTimestamp, RefusesWhatIsBeyond) {
  for (const auto& bad : {At(-62'135'596'801, 0), At(253'402'300'800, 0), At(0, -1), At(0, 1'000'000'000)}) {
    EXPECT_EQ(model::DetailOf(ReadTimestamp(bad).status()).reason, "BAD_TIMESTAMP") << bad.ShortDebugString();
  }
}

}  // namespace
}  // namespace spanwire::ingest

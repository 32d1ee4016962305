#include "bridge/ingest/trace_context.h"

#include <string>

#include <gtest/gtest.h>

namespace spanwire::ingest {
namespace {

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";

std::string Header(const std::string& version, const std::string& trace_id, const std::string& rest) {
  return version + "-" + trace_id + "-" + rest;
}

TEST(TraceIdOf, ReadsAValidHeader) {
  EXPECT_EQ(TraceIdOf(Header("00", kTraceId, "00f067aa0ba902b7-01")), kTraceId);
}

TEST(TraceIdOf, ReadsTheBeginningOfLaterVersions) {
  EXPECT_EQ(TraceIdOf(Header("01", kTraceId, "00f067aa0ba902b7-01")), kTraceId);
  EXPECT_EQ(TraceIdOf(Header("cc", kTraceId, "00f067aa0ba902b7-01-what-the-future-brings")), kTraceId);
}

TEST(TraceIdOf, IgnoresEveryInvalidHeader) {
  const std::string invalid[] = {
      "",
      "00",
      Header("ff", kTraceId, "00f067aa0ba902b7-01"),
      Header("0G", kTraceId, "00f067aa0ba902b7-01"),
      Header("00", kTraceId, "00f067aa0ba902b7-01-x"),
      Header("01", kTraceId, "00f067aa0ba902b7-01x"),
      Header("00", kTraceId, "00f067aa0ba902b7-0"),
      Header("00", kTraceId, "00f067aa0ba902b7-0X"),
      Header("00", kTraceId, "0000000000000000-01"),
      Header("00", std::string(32, '0'), "00f067aa0ba902b7-01"),
      Header("00", "4BF92F3577B34DA6A3CE929D0E0E4736", "00f067aa0ba902b7-01"),
      std::string("00_") + kTraceId + "-00f067aa0ba902b7-01",
      std::string("00-") + kTraceId + "_00f067aa0ba902b7-01",
      std::string("00-") + kTraceId + "-00f067aa0ba902b7_01",
  };
  for (const std::string& header : invalid) EXPECT_EQ(TraceIdOf(header), "") << header;
}

TEST(IsTraceId, TakesLowerCaseHexThatIsNotAllZero) {
  EXPECT_TRUE(IsTraceId(kTraceId));
  EXPECT_FALSE(IsTraceId(std::string(32, '0')));
  EXPECT_FALSE(IsTraceId(std::string(31, 'a')));
  EXPECT_FALSE(IsTraceId(std::string(33, 'a')));
  EXPECT_FALSE(IsTraceId(std::string(32, 'A')));
  EXPECT_FALSE(IsTraceId(""));
}

}  // namespace
}  // namespace spanwire::ingest

#include "bridge/observe/logging.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <boost/json.hpp>

namespace spanwire::observe {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

// What the default logger writes while the test runs.
class LoggingTest : public testing::Test {
 protected:
  void LogBy(const LogOptions& options) {
    auto logger = MakeLogger(options, std::make_shared<spdlog::sinks::ostream_sink_mt>(written_));
    ASSERT_TRUE(logger.ok()) << logger.status();
    spdlog::set_default_logger(*logger);
  }
  void TearDown() override { ASSERT_TRUE(SetUpLogging({}).ok()); }

  std::string Written() const { return written_.str(); }
  boost::json::object WrittenJson() const { return boost::json::parse(Written()).as_object(); }

 private:
  std::ostringstream written_;
};

TEST_F(LoggingTest, TextLineHasTimeLevelSentenceAndFields) {
  LogBy({});
  Log(spdlog::level::warn, "event refused", {{"reason", "BAD_TOPIC"}, {"topic", "a b"}});
  EXPECT_THAT(Written(), MatchesRegex("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z warning event refused reason=BAD_TOPIC "
                                      "topic=\"a b\"\n"));
}

TEST_F(LoggingTest, JsonLineHasTheTraceIdAsAMember) {
  LogBy({.format = "json"});
  Log(spdlog::level::err, "no \"disk\"", {{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"}});
  const boost::json::object line = WrittenJson();
  EXPECT_EQ(line.at("level"), "error");
  EXPECT_EQ(line.at("message"), "no \"disk\"");
  EXPECT_EQ(line.at("trace_id"), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_TRUE(line.contains("time"));
}

TEST_F(LoggingTest, AFieldWithoutAValueIsLeftOut) {
  LogBy({.format = "json"});
  Log(spdlog::level::info, "x", {{"trace_id", ""}});
  EXPECT_FALSE(WrittenJson().contains("trace_id"));
}

TEST_F(LoggingTest, FieldsBelongToTheirOwnLineOnly) {
  LogBy({});
  Log(spdlog::level::info, "first", {{"trace_id", "abc"}});
  spdlog::info("second");
  EXPECT_THAT(Written(), EndsWith(" info second\n"));
}

TEST_F(LoggingTest, NewlinesFromOutsideForgeNoLine) {
  for (const char* format : {"text", "json"}) {
    LogBy({.format = format});
    Log(spdlog::level::info, "a\nb", {{"agent", "x\r\n2026 error forged"}});
  }
  const std::string written = Written();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 2);
  EXPECT_THAT(written, HasSubstr("agent=\"x\\r\\n2026 error forged\""));
}

TEST_F(LoggingTest, BytesThatAreNoUtf8StayValidJson) {
  LogBy({.format = "json"});
  Log(spdlog::level::info, "a\xFFz \xC3\xA9", {{"agent", "\xED\xA0\x80"}});
  EXPECT_EQ(WrittenJson().at("message"), "a\xEF\xBF\xBDz \xC3\xA9");
}

TEST_F(LoggingTest, LinesBelowTheLevelAreNotWritten) {
  LogBy({.level = "warning"});
  Log(spdlog::level::info, "quiet");
  EXPECT_EQ(Written(), "");
}

TEST_F(LoggingTest, AnUnknownLevelOrFormatIsRefusedWithTheChoices) {
  const absl::Status level = SetUpLogging({.level = "loud"});
  EXPECT_EQ(level.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(level.message()), HasSubstr("trace, debug, info, warning or error"));
  EXPECT_THAT(std::string(SetUpLogging({.format = "xml"}).message()), HasSubstr("text or json"));
}

}  // namespace
}  // namespace spanwire::observe

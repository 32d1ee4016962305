#include "publisher_sdk/src/error_reporter.h"

#include <stdexcept>

#include <gmock/gmock.h>

#include "publisher_sdk/src/answer.h"

namespace spanwire::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Optional;
using namespace std::chrono_literals;

TEST(ErrorLinesTest, OneLineASecondCountsWhatItLeavesOut) {
  ErrorLines lines;
  TimePoint now{100h};
  PublishResult failure = Failure(absl::InvalidArgumentError("bad topic"), "BAD_TOPIC");
  failure.topic = "a";
  EXPECT_THAT(lines.LineFor(failure, now),
              Optional(AllOf(HasSubstr("topic a"), HasSubstr("bad topic"), HasSubstr("BAD_TOPIC"))));
  EXPECT_EQ(lines.LineFor(failure, now + 1ms), std::nullopt);
  EXPECT_EQ(lines.LineFor(failure, now + 999ms), std::nullopt);
  EXPECT_THAT(lines.LineFor(failure, now + 1s), Optional(HasSubstr("and 2 more")));
  EXPECT_THAT(lines.LineFor(failure, now + 2s), Optional(Not(HasSubstr("more"))));
}

TEST(ErrorReporterTest, AHandlerThatThrowsStopsNothing) {
  ErrorReporter reporter([](const PublishResult&) { throw std::runtime_error("oops"); });
  reporter.Report(Failure(absl::UnknownError("x")));
}

}  // namespace
}  // namespace spanwire::internal

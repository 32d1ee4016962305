#include "publisher_sdk/src/error_reporter.h"

#include <stdexcept>

#include <gmock/gmock.h>

#include "publisher_sdk/src/answer.h"

namespace spanwire::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
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

TEST(ErrorLinesTest, WhatWasLeftOutLastIsToldInTheEnd) {
  ErrorLines lines;
  const TimePoint now{100h};
  PublishResult failure = Failure(absl::FailedPreconditionError("unknown type"), "UNKNOWN_TYPE");
  EXPECT_NE(lines.LineFor(failure, now), std::nullopt);
  EXPECT_EQ(lines.LineForLeftOut(), std::nullopt) << "nothing was";
  EXPECT_EQ(lines.LineFor(failure, now + 1ms), std::nullopt);
  failure.topic = "b";
  EXPECT_EQ(lines.LineFor(failure, now + 2ms), std::nullopt);
  EXPECT_THAT(lines.LineForLeftOut(),
              Optional(AllOf(HasSubstr("topic b"), HasSubstr("UNKNOWN_TYPE"), HasSubstr("and 1 more before it"))));
  EXPECT_EQ(lines.LineForLeftOut(), std::nullopt);
}

TEST(ErrorLinesTest, NotBeingLetInIsNoEventsFailure) {
  ErrorLines lines;
  const TimePoint now{100h};
  PublishResult refusal = Failure(absl::UnauthenticatedError("show a token"), "TOKEN_REQUIRED");
  refusal.not_let_in = true;
  EXPECT_THAT(lines.LineFor(refusal, now),
              Optional(AllOf(HasSubstr("cannot get into the bridge"), HasSubstr("TOKEN_REQUIRED"),
                             Not(HasSubstr("not published")))));
  EXPECT_EQ(lines.LineFor(refusal, now + 1ms), std::nullopt);
  EXPECT_EQ(lines.LineForLeftOut(), std::nullopt) << "no event is missing";
  const PublishResult failure = Failure(absl::InvalidArgumentError("bad topic"));
  EXPECT_THAT(lines.LineFor(failure, now + 2ms), Optional(AllOf(HasSubstr("not published"), Not(HasSubstr("more")))));
}

TEST(ErrorReporterTest, ClosingTellsWhatNoLineHasTold) {
  ErrorReporter reporter(nullptr);
  ::testing::internal::CaptureStderr();
  reporter.Report(Failure(absl::UnknownError("first")));
  reporter.Report(Failure(absl::UnknownError("second")));
  reporter.ReportLeftOut();
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(told, AllOf(HasSubstr("first"), HasSubstr("second")));
}

TEST(ErrorReporterTest, AHandlerThatThrowsStopsNothing) {
  ErrorReporter reporter([](const PublishResult&) { throw std::runtime_error("oops"); });
  reporter.Report(Failure(absl::UnknownError("x")));
}

}  // namespace
}  // namespace spanwire::internal

#include "publisher_sdk/src/stream_control.h"

#include <gmock/gmock.h>

namespace spanwire::internal {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using Action = StreamControl::Action;

class StreamControlTest : public ::testing::Test {
 protected:
  // Ends the present stream as gRPC does.
  void End(const grpc::Status& status) {
    control_.OnEnded();
    EXPECT_FALSE(control_.CanWrite());
    EXPECT_EQ(control_.Next(now_, true), Action::kRelease);
    EXPECT_EQ(control_.Next(now_, true), Action::kNone);
    control_.OnClosed(status);
    EXPECT_EQ(control_.Next(now_, true), Action::kDestroy);
  }

  TimePoint now_{1000h};
  StreamControl control_{Backoff(100ms, 1s, [] { return 1.0; })};
};

const grpc::Status kAway(grpc::StatusCode::UNAVAILABLE, "connection refused");

TEST_F(StreamControlTest, AStreamOpensWhenThereIsSomethingToSend) {
  EXPECT_EQ(control_.Next(now_, false), Action::kNone);
  EXPECT_EQ(control_.NextWake(false), TimePoint::max());
  EXPECT_EQ(control_.Next(now_, true), Action::kOpen);
  EXPECT_TRUE(control_.CanWrite());
  EXPECT_EQ(control_.Next(now_, true), Action::kNone);
}

TEST_F(StreamControlTest, OneWriteAtATime) {
  control_.Next(now_, true);
  control_.BeginWrite();
  EXPECT_FALSE(control_.CanWrite());
  control_.OnWritten();
  EXPECT_TRUE(control_.CanWrite());
}

TEST_F(StreamControlTest, ReconnectsBackOffUntilTheBridgeAnswers) {
  for (const Duration wait : {100ms, 200ms, 400ms}) {
    EXPECT_EQ(control_.Next(now_, true), Action::kOpen);
    End(kAway);
    EXPECT_EQ(control_.NextWake(true), now_ + wait);
    EXPECT_EQ(control_.Next(now_ + wait - 1ms, true), Action::kNone);
    now_ += wait;
  }
  EXPECT_EQ(control_.Next(now_, true), Action::kOpen);
  EXPECT_FALSE(control_.connected());
  control_.OnAnswered();
  EXPECT_TRUE(control_.connected());
  End(kAway);
  EXPECT_EQ(control_.NextWake(true), now_ + 100ms);
  EXPECT_THAT(control_.last_disconnect(), HasSubstr("connection refused"));
  EXPECT_EQ(control_.opened(), 4u);
}

TEST_F(StreamControlTest, ABridgeThatAsksToBeLeftAloneIs) {
  control_.Next(now_, true);
  control_.OnEnded();
  control_.Next(now_, true);
  control_.OnClosed(kAway, 3s);
  EXPECT_EQ(control_.Next(now_, true), Action::kDestroy);
  EXPECT_EQ(control_.NextWake(true), now_ + 3s + 100ms);
}

TEST_F(StreamControlTest, GivingUpCancelsOnceAndSaysWhy) {
  control_.Next(now_, true);
  control_.GiveUp("no answer");
  EXPECT_FALSE(control_.CanWrite());
  EXPECT_EQ(control_.Next(now_, true), Action::kCancel);
  EXPECT_EQ(control_.Next(now_, true), Action::kNone);
  End(grpc::Status(grpc::StatusCode::CANCELLED, ""));
  EXPECT_EQ(control_.last_disconnect(), "no answer");
}

TEST_F(StreamControlTest, StoppingWaitsForTheWriteThenHalfClosesThenLosesPatience) {
  control_.Next(now_, true);
  control_.BeginWrite();
  control_.Stop(now_ + 5s);
  EXPECT_EQ(control_.Next(now_, true), Action::kNone);
  control_.OnWritten();
  EXPECT_EQ(control_.Next(now_, true), Action::kHalfClose);
  EXPECT_EQ(control_.Next(now_, true), Action::kNone);
  EXPECT_FALSE(control_.CanWrite());
  EXPECT_EQ(control_.NextWake(true), now_ + 5s);
  EXPECT_EQ(control_.Next(now_ + 5s, true), Action::kCancel);
  EXPECT_FALSE(control_.stopped());
  End(grpc::Status::OK);
  EXPECT_TRUE(control_.stopped());
  EXPECT_EQ(control_.Next(now_ + 1h, true), Action::kNone) << "never again";
}

}  // namespace
}  // namespace spanwire::internal

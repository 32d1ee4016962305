// What happens to events while the bridge is away, cut off, slow or full.
#include <vector>

#include <gmock/gmock.h>

#include "spanwire/publisher.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/publisher_sdk/fake_bridge.h"

namespace spanwire {
namespace {

using ::testing::ElementsAre;
using testing::FakeBridge;
using ::testing::HasSubstr;
using testing::Refusal;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr auto kLong = 20s;

class PublisherRecoveryTest : public ::testing::Test {
 protected:
  PublisherOptions Options() { return {.target = bridge_.target(), .initial_backoff = 1ms, .max_backoff = 5ms}; }

  static v1::SystemEvent Named(const std::string& name) {
    v1::SystemEvent message;
    message.set_name(name);
    return message;
  }

  std::vector<std::string> AcceptedNames() const {
    std::vector<std::string> names;
    for (const v1::Event& event : bridge_.accepted()) {
      v1::SystemEvent message;
      names.push_back(event.message().UnpackTo(&message) ? message.name() : "");
    }
    return names;
  }

  FakeBridge bridge_;
};

TEST_F(PublisherRecoveryTest, TheBridgeIsAwayComesBackAndEverythingArrivesOnce) {
  Publisher publisher(Options());
  EXPECT_TRUE(publisher.Publish(Named("0")).Get().ok());
  bridge_.Stop();
  std::vector<std::string> expected = {"0"};
  std::vector<PublishFuture> futures;
  for (int i = 1; i <= 500; ++i) {
    expected.push_back(std::to_string(i));
    futures.push_back(publisher.Publish(Named(expected.back())));
  }
  bridge_.Start();
  for (PublishFuture& future : futures) {
    const PublishResult result = future.Get();
    EXPECT_TRUE(result.ok()) << result.status;
  }
  EXPECT_EQ(AcceptedNames(), expected);
  EXPECT_GE(publisher.Stats().reconnects, 1u);
}

TEST_F(PublisherRecoveryTest, ABridgeThatIsNotThereYetGetsEverythingWhenItComes) {
  bridge_.Stop();
  Publisher publisher(Options());
  auto future = publisher.Publish(Named("a"));
  EXPECT_FALSE(future.WaitFor(20ms));
  bridge_.Start();
  EXPECT_TRUE(future.Get().ok());
}

TEST_F(PublisherRecoveryTest, AStreamCutBetweenAcceptanceAndAnswerIsResentWithTheSameSequence) {
  Publisher publisher(Options());
  bridge_.CutAfterAccepting();
  const PublishResult result = publisher.Publish(Named("a")).Get();
  EXPECT_TRUE(result.ok()) << result.status;
  EXPECT_TRUE(result.duplicate);
  EXPECT_THAT(AcceptedNames(), ElementsAre("a"));
  const auto received = bridge_.received();
  ASSERT_THAT(received, SizeIs(2));
  EXPECT_EQ(received[0].sequence, received[1].sequence);
  EXPECT_EQ(received[0].producer_id, received[1].producer_id);
}

TEST_F(PublisherRecoveryTest, AStreamCutBeforeAcceptanceLosesNothing) {
  Publisher publisher(Options());
  bridge_.CutBeforeAccepting();
  const PublishResult result = publisher.Publish(Named("a")).Get();
  EXPECT_TRUE(result.ok());
  EXPECT_FALSE(result.duplicate);
  EXPECT_THAT(AcceptedNames(), ElementsAre("a"));
}

TEST_F(PublisherRecoveryTest, AWholeWindowIsResentInOrder) {
  PublisherOptions options = Options();
  options.max_batch_events = 1;
  options.max_in_flight_messages = 3;
  Publisher publisher(options);
  bridge_.Hold();
  for (const char* name : {"a", "b", "c", "d"}) publisher.Publish(Named(name));
  ASSERT_TRUE(bridge_.AwaitReceived(1));
  bridge_.CutAfterAccepting();
  bridge_.Release();
  ASSERT_TRUE(publisher.Flush(kLong).ok());
  EXPECT_THAT(AcceptedNames(), ElementsAre("a", "b", "c", "d"));
}

TEST_F(PublisherRecoveryTest, ANewBridgeWithoutMemoryGetsTheEventAgain) {
  Publisher publisher(Options());
  bridge_.Hold();
  auto future = publisher.Publish(Named("a"));
  ASSERT_TRUE(bridge_.AwaitReceived(1));
  bridge_.Stop();
  bridge_.Forget();
  bridge_.Release();
  bridge_.Start();
  EXPECT_TRUE(future.Get().ok());
  EXPECT_EQ(AcceptedNames().back(), "a");
}

TEST_F(PublisherRecoveryTest, ABridgeThatCannotTakeAnEventNowIsAskedAgainInOrder) {
  PublisherOptions options = Options();
  options.max_in_flight_messages = 1;
  options.max_batch_events = 1;
  Publisher publisher(options);
  bridge_.RefuseNextEvents(3, Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "OVERLOADED", absl::Milliseconds(2)));
  for (const char* name : {"a", "b", "c"}) publisher.Publish(Named(name));
  ASSERT_TRUE(publisher.Flush(kLong).ok());
  EXPECT_THAT(AcceptedNames(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(publisher.Stats().retried, 3u);
  EXPECT_EQ(bridge_.streams_opened(), 1);
}

TEST_F(PublisherRecoveryTest, AnEventFailsAtItsDeadlineWhileTheBridgeIsAway) {
  bridge_.Stop();
  Publisher publisher(Options());
  const PublishResult result = publisher.Publish(Named("a"), {.deadline = 20ms}).Get();
  EXPECT_EQ(result.status.code(), absl::StatusCode::kDeadlineExceeded);
  bridge_.Start();
  EXPECT_TRUE(publisher.Publish(Named("b")).Get().ok());
  EXPECT_THAT(AcceptedNames(), ElementsAre("b"));
}

TEST_F(PublisherRecoveryTest, ABridgeThatNeverAnswersIsLeftAndResentTo) {
  PublisherOptions options = Options();
  options.answer_timeout = 30ms;
  Publisher publisher(options);
  bridge_.Hold();
  auto future = publisher.Publish(Named("a"));
  ASSERT_TRUE(bridge_.AwaitStreams(2));
  bridge_.Release();
  EXPECT_TRUE(future.Get().ok());
  EXPECT_THAT(AcceptedNames(), ElementsAre("a"));
  EXPECT_THAT(publisher.Stats().last_disconnect, HasSubstr("unanswered"));
}

TEST_F(PublisherRecoveryTest, AMessageTheBridgeEndsTheStreamOverFailsAndTheRestGoesOn) {
  Publisher publisher(Options());
  bridge_.EndStreamOverMessage(
      grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a bad message",
                   Refusal(grpc::StatusCode::INVALID_ARGUMENT, "BATCH_TOO_LARGE").SerializeAsString()));
  const PublishResult bad = publisher.Publish(Named("bad")).Get();
  EXPECT_EQ(bad.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(bad.reason, "BATCH_TOO_LARGE");
  EXPECT_TRUE(publisher.Publish(Named("good")).Get().ok());
  EXPECT_THAT(AcceptedNames(), ElementsAre("good"));
}

TEST_F(PublisherRecoveryTest, ABridgeOfSmallerBatchesGetsEverythingOnceAndInOrder) {
  bridge_.LimitBatch(5);
  bridge_.Hold();
  Publisher publisher(Options());
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    expected.push_back(std::to_string(i));
    publisher.Publish(Named(expected.back()));
  }
  bridge_.Release();
  const absl::Status accepted = publisher.Flush(kLong);
  EXPECT_TRUE(accepted.ok()) << accepted;
  EXPECT_EQ(AcceptedNames(), expected);
  EXPECT_LE(bridge_.streams_opened(), 2) << "the bound is remembered";
  publisher.Publish(Named("later"));
  EXPECT_TRUE(publisher.Flush(kLong).ok());
  EXPECT_EQ(publisher.Stats().failed, 0u);
}

TEST_F(PublisherRecoveryTest, AMessageTooLargeForGrpcIsSentInPartsAndOneEventTooLargeFails) {
  const auto too_large = [](const std::string& numbers) {
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "Received message larger than max " + numbers);
  };
  Publisher publisher(Options());
  bridge_.EndStreamOverMessage(too_large("(99 vs. 20)"));
  const PublishResult alone = publisher.Publish(Named(std::string(60, 'x'))).Get();
  EXPECT_EQ(alone.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(alone.reason, "MESSAGE_TOO_LARGE");
  EXPECT_TRUE(publisher.Publish(Named("next")).Get().ok());
  bridge_.EndStreamOverMessage(too_large("by far"));
  EXPECT_EQ(publisher.Publish(Named("a")).Get().reason, "MESSAGE_TOO_LARGE") << "no limit named: final as well";
}

TEST_F(PublisherRecoveryTest, NoMessageIsTooLargeForABridgeHoweverTheOptionsAreSet) {
  PublisherOptions options = Options();
  options.max_batch_bytes = 1 << 30;
  options.buffer_bytes = 1 << 30;
  Publisher publisher(options);
  bridge_.Hold();
  for (int i = 0; i < 10; ++i) publisher.Publish(Named(std::string(900'000, 'x')));
  publisher.Publish(Named(std::string(kMaxEventBytes - 200, 'x')));
  bridge_.Release();
  EXPECT_TRUE(publisher.Flush(kLong).ok());
  EXPECT_EQ(bridge_.accepted().size(), 11u);
  EXPECT_EQ(bridge_.streams_opened(), 1) << "gRPC refused none over its 4 MiB";
}

TEST_F(PublisherRecoveryTest, AFlushThatIsOkMeansAccepted) {
  std::vector<PublishResult> told;
  PublisherOptions options = Options();
  options.on_error = [&](const PublishResult& failure) { told.push_back(failure); };
  Publisher publisher(options);
  bridge_.RefuseNextEvents(2, Refusal(grpc::StatusCode::FAILED_PRECONDITION, "UNKNOWN_TYPE"));
  for (const char* name : {"a", "b", "c"}) publisher.Publish(Named(name));
  const absl::Status flushed = publisher.Flush(kLong);
  EXPECT_EQ(flushed.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(flushed.message()), HasSubstr("2 events were not published"));
  EXPECT_THAT(std::string(flushed.message()), HasSubstr("UNKNOWN_TYPE"));
  EXPECT_THAT(told, SizeIs(2));
  EXPECT_TRUE(publisher.Flush(kLong).ok()) << "those are answered for";
  bridge_.RefuseNextEvents(1, Refusal(grpc::StatusCode::FAILED_PRECONDITION, "UNKNOWN_TYPE"));
  publisher.Publish(Named("d"));
  EXPECT_EQ(publisher.Close(kLong).code(), absl::StatusCode::kAborted);
}

TEST_F(PublisherRecoveryTest, AnAnswerThatBreaksTheContractIsAskedForAgain) {
  Publisher publisher(Options());
  bridge_.AnswerWithTooFewResults();
  EXPECT_TRUE(publisher.Publish(Named("a")).Get().ok());
  EXPECT_THAT(AcceptedNames(), ElementsAre("a"));
  EXPECT_EQ(bridge_.streams_opened(), 2);
}

}  // namespace
}  // namespace spanwire

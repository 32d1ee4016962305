#include "publisher_sdk/src/outbox.h"

#include <gmock/gmock.h>

#include "publisher_sdk/src/answer.h"
#include "tests/unit/publisher_sdk/fake_bridge.h"

namespace spanwire::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Refusal;
using namespace std::chrono_literals;

class OutboxTest : public ::testing::Test {
 protected:
  void Reset(Outbox::Limits limits) {
    // Jitter of one: every backoff is its ceiling.
    outbox_ = std::make_unique<Outbox>(limits, "producer", Backoff(10ms, 1s, [] { return 1.0; }));
  }

  void Add(const std::string& topic, Duration deadline = 1h) {
    HeldEvent held;
    held.ordinal = next_ordinal_++;
    held.event.set_topic(topic);
    held.bytes = held.event.ByteSizeLong();
    held.deadline = now_ + deadline;
    outbox_->Add(std::move(held));
  }

  // "1:a,b" for the next message with sequence 1 and events for a and b; empty where there is none.
  std::string Next() {
    const Outbox::Message message = outbox_->NextMessage(now_);
    if (!message) return "";
    std::string shown = std::to_string(message->sequence()) + ":";
    for (const v1::Event& event : message->events()) {
      shown += (shown.back() == ':' ? "" : ",") + event.topic();
    }
    return shown;
  }

  static v1::PublishResult Accepted() {
    v1::PublishResult result;
    result.mutable_response()->set_offset(7);
    return result;
  }
  static v1::PublishResult Refused(google::rpc::Status error) {
    v1::PublishResult result;
    *result.mutable_error() = std::move(error);
    return result;
  }

  absl::Status Answer(uint64_t sequence, const std::vector<v1::PublishResult>& results) {
    v1::PublishStreamResponse answer;
    answer.set_sequence(sequence);
    for (const auto& result : results) *answer.add_results() = result;
    return outbox_->OnAnswer(answer, now_, completed_);
  }

  // Code of each completed event, and forgets them.
  std::vector<absl::StatusCode> Told() {
    std::vector<absl::StatusCode> codes;
    for (const Completed& completed : completed_) codes.push_back(completed.result.status.code());
    completed_.clear();
    return codes;
  }

  void SetUp() override { Reset({.batch_events = 3, .batch_bytes = 1000, .in_flight_messages = 2}); }

  std::unique_ptr<Outbox> outbox_;
  TimePoint now_ = TimePoint(1000h);
  uint64_t next_ordinal_ = 1;
  std::vector<Completed> completed_;
};

constexpr auto kOk = absl::StatusCode::kOk;

TEST_F(OutboxTest, BatchesFormUpToTheCountAndTheWindow) {
  for (const char* topic : {"a", "b", "c", "d", "e", "f", "g"}) Add(topic);
  EXPECT_EQ(Next(), "1:a,b,c");
  EXPECT_EQ(Next(), "2:d,e,f");
  EXPECT_EQ(Next(), "");
  EXPECT_TRUE(outbox_->WindowFull());
  EXPECT_TRUE(Answer(1, {Accepted(), Accepted(), Accepted()}).ok());
  EXPECT_THAT(Told(), ElementsAre(kOk, kOk, kOk));
  EXPECT_EQ(Next(), "3:g");
}

TEST_F(OutboxTest, BatchesFormUpToTheBytesAndHoldAtLeastOneEvent) {
  Reset({.batch_events = 10, .batch_bytes = 100, .in_flight_messages = 10});
  Add(std::string(80, 'x'));
  Add("a");
  Add("b");
  Add(std::string(300, 'y'));
  EXPECT_EQ(Next(), "1:" + std::string(80, 'x') + ",a");
  EXPECT_EQ(Next(), "2:b");
  EXPECT_EQ(Next(), "3:" + std::string(300, 'y'));
}

TEST_F(OutboxTest, ALostStreamIsResentUnchangedBeforeAnythingNew) {
  for (const char* topic : {"a", "b", "c", "d"}) Add(topic);
  EXPECT_EQ(Next(), "1:a,b,c");
  EXPECT_EQ(Next(), "2:d");
  Add("e");
  outbox_->OnStreamLost();
  EXPECT_TRUE(outbox_->HasUnsent());
  EXPECT_EQ(Next(), "1:a,b,c");
  EXPECT_EQ(Next(), "2:d");
  EXPECT_EQ(Next(), "");
}

TEST_F(OutboxTest, AnEventTheBridgeCannotTakeNowIsSentAgainBeforeNewerOnesAfterThePause) {
  for (const char* topic : {"a", "b", "c", "d", "e"}) Add(topic);
  EXPECT_EQ(Next(), "1:a,b,c");
  const auto busy = Refused(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "BUSY", absl::Milliseconds(50)));
  EXPECT_TRUE(Answer(1, {busy, Accepted(), busy}).ok());
  EXPECT_THAT(Told(), ElementsAre(kOk));
  EXPECT_EQ(Next(), "");
  now_ += 59ms;
  EXPECT_EQ(Next(), "");
  now_ += 1ms;  // 50 ms asked for, 10 ms of backoff
  EXPECT_EQ(outbox_->PausedUntil(), now_);
  EXPECT_EQ(Next(), "2:a,c,d");
  EXPECT_EQ(outbox_->retried(), 2u);
}

TEST_F(OutboxTest, RefusalsInARowBackOffAndAnAcceptedMessageEndsThat) {
  const auto busy = Refused(Refusal(grpc::StatusCode::UNAVAILABLE, "DRAINING"));
  std::vector<Duration> pauses;
  Add("a");
  for (uint64_t sequence = 1; sequence <= 4; ++sequence) {
    EXPECT_EQ(Next(), std::to_string(sequence) + ":a");
    EXPECT_TRUE(Answer(sequence, {sequence == 3 ? Accepted() : busy}).ok());
    if (sequence == 3) {
      Add("a");
    } else {
      pauses.push_back(std::chrono::duration_cast<Duration>(outbox_->PausedUntil() - now_));
      now_ = outbox_->PausedUntil();
    }
  }
  EXPECT_THAT(pauses, ElementsAre(10ms, 20ms, 10ms));
}

TEST_F(OutboxTest, OtherRefusalsAreFinalAndCarryTheReason) {
  Add("a");
  EXPECT_EQ(Next(), "1:a");
  EXPECT_TRUE(Answer(1, {Refused(Refusal(grpc::StatusCode::FAILED_PRECONDITION, "UNKNOWN_TYPE"))}).ok());
  ASSERT_EQ(completed_.size(), 1u);
  EXPECT_EQ(completed_[0].result.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(completed_[0].result.reason, "UNKNOWN_TYPE");
  EXPECT_EQ(completed_[0].result.topic, "a");
  EXPECT_TRUE(outbox_->empty());
  EXPECT_EQ(outbox_->bytes(), 0u);
}

TEST_F(OutboxTest, AnEventThatTheBridgeCanNeverTakeIsNotSentAgain) {
  Add("large");
  Add("late");
  EXPECT_EQ(Next(), "1:large,late");
  EXPECT_TRUE(Answer(1, {Refused(Refusal(grpc::StatusCode::INVALID_ARGUMENT, "EVENT_EXCEEDS_HISTORY")),
                         Refused(Refusal(grpc::StatusCode::FAILED_PRECONDITION, "OFFSETS_EXHAUSTED"))})
                  .ok());
  ASSERT_EQ(completed_.size(), 2u);
  EXPECT_EQ(completed_[0].result.reason, "EVENT_EXCEEDS_HISTORY");
  EXPECT_EQ(completed_[1].result.reason, "OFFSETS_EXHAUSTED");
  EXPECT_TRUE(outbox_->empty());
  EXPECT_EQ(outbox_->retried(), 0u);
}

TEST_F(OutboxTest, AnEventInWaitingFailsAtItsDeadlineAndOthersStay) {
  Add("a", 1s);
  Add("b", 3s);
  Add("c", 2s);
  EXPECT_EQ(outbox_->NextExpiry(), now_ + 1s);
  now_ += 2s;
  outbox_->Expire(now_, "the bridge is away", completed_);
  ASSERT_EQ(completed_.size(), 2u);
  EXPECT_THAT(std::string(completed_[0].result.status.message()), HasSubstr("the bridge is away"));
  EXPECT_EQ(outbox_->NextExpiry(), now_ + 1s);
  EXPECT_EQ(Next(), "1:b");
}

TEST_F(OutboxTest, AnEventPutBackFailsAtItsDeadlineSayingWhatTheBridgeSaid) {
  Add("a", 1s);
  EXPECT_EQ(Next(), "1:a");
  EXPECT_TRUE(Answer(1, {Refused(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "BUSY"))}).ok());
  now_ += 1s;
  outbox_->Expire(now_, "", completed_);
  ASSERT_EQ(completed_.size(), 1u);
  EXPECT_THAT(std::string(completed_[0].result.status.message()), HasSubstr("refused: BUSY"));
  EXPECT_TRUE(outbox_->empty());
}

TEST_F(OutboxTest, AMessageUnderWayStaysWholeWhileOneOfItsEventsIsWanted) {
  Add("a", 1s);
  Add("b", 3s);
  EXPECT_EQ(Next(), "1:a,b");
  now_ += 1s;
  outbox_->Expire(now_, "", completed_);
  EXPECT_THAT(Told(), ElementsAre(absl::StatusCode::kDeadlineExceeded));
  outbox_->OnStreamLost();
  EXPECT_EQ(Next(), "1:a,b");
  EXPECT_TRUE(Answer(1, {Accepted(), Accepted()}).ok());
  EXPECT_THAT(Told(), ElementsAre(kOk));
}

TEST_F(OutboxTest, AMessageWhoseEventsAreAllTooLateIsDroppedAndItsAnswerIgnored) {
  Add("a", 1s);
  EXPECT_EQ(Next(), "1:a");
  now_ += 1s;
  outbox_->Expire(now_, "", completed_);
  EXPECT_THAT(Told(), ElementsAre(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(outbox_->empty());
  Add("b");
  EXPECT_EQ(Next(), "2:b");
  EXPECT_TRUE(Answer(1, {Accepted()}).ok());
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_TRUE(Answer(2, {Accepted()}).ok());
  EXPECT_THAT(Told(), ElementsAre(kOk));
}

TEST_F(OutboxTest, AnAnswerThatBreaksTheContractChangesNothing) {
  for (const char* topic : {"a", "b", "c", "d"}) Add(topic);
  Next();
  Next();
  EXPECT_FALSE(Answer(2, {Accepted()}).ok()) << "out of turn";
  EXPECT_FALSE(Answer(9, {Accepted()}).ok()) << "never sent";
  EXPECT_FALSE(Answer(1, {Accepted()}).ok()) << "too few results";
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(outbox_->in_flight_events(), 4u);
}

TEST_F(OutboxTest, AnEmptyResultIsAFailureAndNotSilence) {
  Add("a");
  Next();
  EXPECT_TRUE(Answer(1, {v1::PublishResult()}).ok());
  EXPECT_THAT(Told(), ElementsAre(absl::StatusCode::kInternal));
}

TEST_F(OutboxTest, OnlyTheOldestSentMessageIsBlamed) {
  for (const char* topic : {"a", "b", "c", "d"}) Add(topic);
  Next();
  outbox_->FailOldestSent(Failure(absl::InvalidArgumentError("bad")), completed_);
  EXPECT_EQ(completed_.size(), 3u);
  outbox_->OnStreamLost();
  outbox_->FailOldestSent(Failure(absl::InvalidArgumentError("bad")), completed_);
  EXPECT_EQ(completed_.size(), 3u) << "nothing was sent";
  EXPECT_EQ(Next(), "2:d");
}

TEST_F(OutboxTest, TooManyEventsAreSentAgainInOrderInMessagesThatTheBridgeTakes) {
  Reset({.batch_events = 5, .batch_bytes = 1000, .in_flight_messages = 3});
  for (const char* topic : {"a", "b", "c", "d", "e", "f"}) Add(topic);
  EXPECT_EQ(Next(), "1:a,b,c,d,e");
  EXPECT_EQ(Next(), "2:f");
  outbox_->OnMessageTooLarge({.events = 2}, Failure(absl::InvalidArgumentError("too many")), completed_);
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(outbox_->queued_events(), 6u);
  EXPECT_EQ(Next(), "3:a,b");
  EXPECT_EQ(Next(), "4:c,d");
  EXPECT_EQ(Next(), "5:e,f");
  EXPECT_EQ(outbox_->retried(), 0u);
  outbox_->OnStreamLost();
  for (uint64_t sequence = 3; sequence <= 5; ++sequence) {
    Next();
    EXPECT_TRUE(Answer(sequence, {Accepted(), Accepted()}).ok());
  }
  for (const char* topic : {"g", "h", "i"}) Add(topic);
  EXPECT_EQ(Next(), "6:g,h,i") << "another connection, perhaps another bridge";
  EXPECT_EQ(outbox_->in_flight_events(), 3u);
}

TEST_F(OutboxTest, TooManyBytesAreSentAgainInMessagesThatTheBridgeTakes) {
  Reset({.batch_events = 5, .batch_bytes = 1000, .in_flight_messages = 3});
  for (const char letter : {'a', 'b', 'c'}) Add(std::string(100, letter));
  Next();
  outbox_->OnMessageTooLarge({.bytes = 260}, Failure(absl::InvalidArgumentError("too large")), completed_);
  for (const size_t events : {2, 1}) {
    const Outbox::Message message = outbox_->NextMessage(now_);
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(static_cast<size_t>(message->events_size()), events);
    EXPECT_LE(message->ByteSizeLong(), 260u);
  }
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(OutboxTest, OnlyTheEventThatIsTooLargeByItselfFails) {
  Add("a");
  Add(std::string(300, 'b'));
  Add("c");
  Next();
  const PublishResult failure = Failure(absl::InvalidArgumentError("too large"), "MESSAGE_TOO_LARGE");
  outbox_->OnMessageTooLarge({.bytes = 200}, failure, completed_);
  EXPECT_EQ(Next(), "2:a");
  EXPECT_EQ(Next(), "3:" + std::string(300, 'b'));
  outbox_->OnMessageTooLarge({.bytes = 200}, failure, completed_);
  ASSERT_EQ(completed_.size(), 1u);
  EXPECT_EQ(completed_[0].ordinal, 2u);
  EXPECT_EQ(completed_[0].result.reason, "MESSAGE_TOO_LARGE");
  EXPECT_EQ(Next(), "4:a,c");
}

TEST_F(OutboxTest, ABridgeThatRefusesWhatKeepsToItsBoundIsNotAskedForEver) {
  for (const char* topic : {"a", "b"}) Add(topic);
  Next();
  outbox_->OnMessageTooLarge({.events = 3}, Failure(absl::InvalidArgumentError("too many")), completed_);
  EXPECT_EQ(completed_.size(), 2u);
  EXPECT_TRUE(outbox_->empty());
}

TEST_F(OutboxTest, AnAnswerIsDueAfterTheLastSignOfProgress) {
  Reset({.batch_events = 1, .batch_bytes = 1000, .in_flight_messages = 2, .answer_timeout = 30s});
  EXPECT_EQ(outbox_->AnswerDue(), TimePoint::max());
  Add("a");
  Add("b");
  Next();
  Next();
  EXPECT_EQ(outbox_->AnswerDue(), now_ + 30s);
  now_ += 20s;
  EXPECT_TRUE(Answer(1, {Accepted()}).ok());
  EXPECT_EQ(outbox_->AnswerDue(), now_ + 30s);
  outbox_->OnStreamLost();
  EXPECT_EQ(outbox_->AnswerDue(), TimePoint::max());
}

TEST_F(OutboxTest, TheOldestOrdinalSeesEveryPlaceAnEventCanBe) {
  EXPECT_EQ(outbox_->OldestOrdinal(), UINT64_MAX);
  for (const char* topic : {"a", "b", "c", "d", "e", "f", "g"}) Add(topic);
  EXPECT_EQ(outbox_->OldestOrdinal(), 1u);
  Next();
  Next();
  const auto busy = Refused(Refusal(grpc::StatusCode::UNAVAILABLE, "BUSY"));
  EXPECT_TRUE(Answer(1, {Accepted(), busy, Accepted()}).ok());
  EXPECT_EQ(outbox_->OldestOrdinal(), 2u);
  now_ += 1s;
  EXPECT_EQ(Next(), "3:b,g");
  EXPECT_EQ(outbox_->OldestOrdinal(), 2u) << "in flight behind newer ones";
}

TEST_F(OutboxTest, FailAllLeavesNothing) {
  for (const char* topic : {"a", "b", "c", "d", "e", "f", "g"}) Add(topic);
  Next();
  EXPECT_TRUE(Answer(1, {Accepted(), Refused(Refusal(grpc::StatusCode::UNAVAILABLE, "BUSY")), Accepted()}).ok());
  completed_.clear();
  outbox_->FailAll(absl::CancelledError("closed"), completed_);
  EXPECT_EQ(completed_.size(), 5u);
  EXPECT_TRUE(outbox_->empty());
  EXPECT_EQ(outbox_->bytes(), 0u);
}

}  // namespace
}  // namespace spanwire::internal

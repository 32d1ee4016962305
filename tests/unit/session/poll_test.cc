#include "bridge/session/poll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/session/poll_answer.h"
#include "tests/unit/session/session_fixture.h"

namespace spanwire::session {
namespace {

class PollTest : public SessionTest {
 protected:
  // Starts a poll that must be a good one.
  std::shared_ptr<Poll> Start(PollQuery query) {
    PollRefusal refusal;
    auto poll = Poll::Create(shard_, registry_, settings_, {.remote_address = "r", .user_agent = "u"}, std::move(query),
                             &refusal);
    EXPECT_NE(poll, nullptr) << refusal.detail;
    poll->Start([this](absl::StatusOr<std::string> body) { body_ = std::move(body); });
    return poll;
  }
  // Runs everything, timers included, until the poll is answered.
  void RunUntilAnswered() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!body_ && std::chrono::steady_clock::now() < deadline) {
      while (broker_.AnswerOne()) continue;
      shard_.io().restart();
      shard_.io().run_one_for(std::chrono::milliseconds(5));
    }
  }
  std::string Refusal(PollQuery query) {
    PollRefusal refusal;
    EXPECT_EQ(Poll::Create(shard_, registry_, settings_, {}, std::move(query), &refusal), nullptr);
    return std::string(refusal.code);
  }
  boost::json::object Body() { return boost::json::parse(body_->value()).as_object(); }

  Registry registry_;
  std::optional<absl::StatusOr<std::string>> body_;
};

TEST_F(PollTest, WithoutACursorItAnswersAtOnceWithTheCurrentOne) {
  broker_.Publish("a");
  auto poll = Start({.topics = {"a"}});
  Settle();
  EXPECT_EQ(body_->value(), R"({"messages":[],"cursor":"e1-1","more":false,"topics":{}})");
}

TEST_F(PollTest, WithACursorItAnswersAtOnceWithWhatFollows) {
  const auto first = broker_.Publish("a");
  broker_.Publish("b");
  auto poll = Start({.topics = {"a", "b"}, .cursor = "e1-0"});
  Settle();
  const auto body = Body();
  EXPECT_EQ(body.at("messages").as_array().size(), 2u);
  EXPECT_EQ(boost::json::serialize(body.at("messages").at(0)), first->json());
  EXPECT_EQ(body.at("cursor").as_string(), "e1-2");
  EXPECT_TRUE(body.at("topics").at("a").at("recovered").as_bool());
  EXPECT_TRUE(body.at("topics").at("b").at("recovered").as_bool());
}

TEST_F(PollTest, HoldsUntilSomethingComes) {
  broker_.Publish("a");
  auto poll = Start({.topics = {"a"}, .cursor = "e1-1"});
  Settle();
  EXPECT_FALSE(body_);
  EXPECT_EQ(registry_.size(), 1u) << "administrators see it";
  broker_.Publish("a");
  RunUntilAnswered();
  EXPECT_EQ(Body().at("messages").as_array().size(), 1u);
  EXPECT_EQ(Body().at("cursor").as_string(), "e1-2");
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(PollTest, IsNotHeldWhereTheBridgeHasNoRoom) {
  shard_.metrics().subscriptions.Set(1000);  // as many as the fixture allows
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  Settle();
  ASSERT_TRUE(body_);
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kUnavailable);
  shard_.metrics().subscriptions.Set(0);
}

TEST_F(PollTest, AnEventBetweenReadingAndHoldingIsNotMissed) {
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  broker_.AnswerOne();  // the first read found nothing
  broker_.Publish("a");
  RunUntilAnswered();
  EXPECT_EQ(Body().at("messages").as_array().size(), 1u);
}

TEST_F(PollTest, EndsEmptyWhenTheWaitIsOver) {
  broker_.Publish("b");
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0", .wait = absl::Milliseconds(20)});
  RunUntilAnswered();
  EXPECT_EQ(Body().at("messages").as_array().size(), 0u);
  EXPECT_EQ(Body().at("cursor").as_string(), "e1-1") << "the cursor moves on";
}

TEST_F(PollTest, WaitZeroNeverHolds) {
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0", .wait = absl::ZeroDuration()});
  Settle();
  EXPECT_TRUE(body_);
}

TEST_F(PollTest, WhatCannotBeRecoveredIsSaidAtOnce) {
  for (int i = 0; i < 3; ++i) broker_.Publish("a");
  broker_.Discard("a", 2);
  auto poll = Start({.topics = {"a", "b"}, .cursor = "e1-1"});
  Settle();
  EXPECT_FALSE(Body().at("topics").at("a").at("recovered").as_bool());
  EXPECT_TRUE(Body().at("topics").at("b").at("recovered").as_bool());
  EXPECT_EQ(Body().at("messages").as_array().size(), 0u);
  EXPECT_EQ(Body().at("cursor").as_string(), "e1-3");
  EXPECT_EQ(shard_.metrics().not_recovered[static_cast<size_t>(observe::Transport::kPoll)].Value(), 1u);
}

TEST_F(PollTest, HistoryGivesTheLastEvents) {
  for (int i = 0; i < 3; ++i) broker_.Publish("a");
  auto poll = Start({.topics = {"a"}, .cursor = "old-1", .history = 2});
  Settle();
  EXPECT_EQ(Body().at("messages").as_array().size(), 2u);
  EXPECT_FALSE(Body().at("topics").at("a").at("recovered").as_bool());
}

TEST_F(PollTest, HistoryOverTheAnswersLimitsBeginsWithItsFirstEventAndGoesOnByCursor) {
  settings_.limits.poll_messages = 2;
  for (int i = 0; i < 6; ++i) broker_.Publish("a");
  auto poll = Start({.topics = {"a"}, .history = 5});
  Settle();
  std::vector<int64_t> offsets;
  for (int answers = 1;; ++answers) {
    const auto body = Body();
    for (const auto& event : body.at("messages").as_array()) offsets.push_back(event.at("offset").as_int64());
    if (!body.at("more").as_bool() || answers == 5) break;
    body_.reset();
    poll = Start({.topics = {"a"}, .cursor = std::string(body.at("cursor").as_string())});
    Settle();
  }
  EXPECT_THAT(offsets, ::testing::ElementsAre(2, 3, 4, 5, 6));
}

TEST_F(PollTest, HistoryOfManyBytesBeginsWithItsFirstEventToo) {
  for (int i = 0; i < 3; ++i) broker_.Publish("a", std::string(100, 'x'));
  settings_.limits.poll_bytes = 250;
  auto poll = Start({.topics = {"a"}, .history = 3});
  Settle();
  EXPECT_EQ(Body().at("messages").at(0).at("offset").as_int64(), 1);
  EXPECT_TRUE(Body().at("more").as_bool());
}

TEST_F(PollTest, AnAnswerIsCutAtItsLimitsAndSaysThatThereIsMore) {
  settings_.limits.poll_messages = 2;
  for (int i = 0; i < 3; ++i) broker_.Publish(i == 1 ? "b" : "a");
  auto poll = Start({.topics = {"a", "b"}, .cursor = "e1-0"});
  Settle();
  EXPECT_EQ(Body().at("messages").as_array().size(), 2u);
  EXPECT_TRUE(Body().at("more").as_bool());
  EXPECT_EQ(Body().at("cursor").as_string(), "e1-2");
}

TEST_F(PollTest, ACancelledPollAnswersNothingAndLeaves) {
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  Settle();
  poll->Cancel();
  broker_.Publish("a");
  Settle();
  EXPECT_FALSE(body_);
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(PollTest, ABrokerThatCannotBeReadIsAnError) {
  broker_.FailWith(absl::UnavailableError("away"));
  auto poll = Start({.topics = {"a"}});
  Settle();
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(PollTest, TheEventsOfAnAnswerAreCountedAndItsWakeUpIsNot) {
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  Settle();
  broker_.Publish("a");
  RunUntilAnswered();
  EXPECT_EQ(shard_.metrics().deliveries.Value(), 1u);
}

TEST_F(PollTest, ADrainDuringTheFirstReadIsAnsweredAfterIt) {
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  poll->Disconnect(CloseCode::kRestart, "drain");
  EXPECT_FALSE(body_);
  Settle();
  ASSERT_TRUE(body_);
  EXPECT_EQ(Body().at("cursor").as_string(), "e1-0");
}

TEST_F(PollTest, APollThatComesWhileDrainingDoesNotHold) {
  registry_.BeginDrain();
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  Settle();
  EXPECT_TRUE(body_);
}

TEST_F(PollTest, AReadThatIsNeverAnsweredEndsThePoll) {
  settings_.limits.broker_timeout = absl::Milliseconds(20);
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  broker_.LoseOne();
  RunUntilAnswered();
  ASSERT_TRUE(body_);
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(PollTest, ALastReadThatIsNeverAnsweredEndsThePoll) {
  settings_.limits.broker_timeout = absl::Milliseconds(20);
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0"});
  Settle();
  poll->Disconnect(CloseCode::kRestart, "drain");
  broker_.LoseOne();
  RunUntilAnswered();
  ASSERT_TRUE(body_);
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(PollTest, AHoldLongerThanTheBrokersTimeIsNoFault) {
  settings_.limits.broker_timeout = absl::Milliseconds(5);
  auto poll = Start({.topics = {"a"}, .cursor = "e1-0", .wait = absl::Milliseconds(60)});
  RunUntilAnswered();
  ASSERT_TRUE(body_);
  EXPECT_TRUE(body_->ok());
}

TEST_F(PollTest, PagesOfTwoLogsAreNotMerged) {
  for (int i = 0; i < 3; ++i) broker_.Publish("a");
  bool replaced = false;
  broker_.before_read = [&](const std::string& topic) {
    if (topic != "b" || std::exchange(replaced, true)) return;
    broker_.ReplaceSilently("e2");
    broker_.Publish("b");
  };
  auto poll = Start({.topics = {"a", "b"}, .cursor = "e1-0", .history = 5});
  RunUntilAnswered();
  ASSERT_TRUE(body_ && body_->ok());
  EXPECT_FALSE(Body().at("topics").at("a").at("recovered").as_bool());
  EXPECT_FALSE(Body().at("topics").at("b").at("recovered").as_bool());
  EXPECT_EQ(Body().at("cursor").as_string(), "e2-1");
  ASSERT_EQ(Body().at("messages").as_array().size(), 1u) << "those of the old log are gone, and said to be";
  EXPECT_EQ(Body().at("messages").at(0).at("topic").as_string(), "b");
}

TEST_F(PollTest, BadQueriesAreRefused) {
  EXPECT_EQ(Refusal({}), "bad_request");
  EXPECT_EQ(Refusal({.topics = {"a b"}}), "bad_topic");
  EXPECT_EQ(Refusal({.topics = {"a"}, .cursor = "nope"}), "bad_cursor");
  EXPECT_EQ(Refusal({.topics = {"a"}, .wait = -absl::Seconds(1)}), "bad_request");
  settings_.limits.topics_per_connection = 1;
  EXPECT_EQ(Refusal({.topics = {"a", "b"}}), "too_many_topics");
}

}  // namespace
}  // namespace spanwire::session

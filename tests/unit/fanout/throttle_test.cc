// A throttled topic through a shard, with a clock that the test moves.
#include "bridge/fanout/throttle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "bridge/fanout/fanout.h"
#include "tests/support/manual_broker.h"

namespace spanwire::fanout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Remembers what it is sent in words: `3`, or `[4 5 +2]` for a batch that leaves out two.
class Reader final : public Subscriber {
 public:
  void OnReady(Subscription& subscription) override {
    ++ready;
    GoLiveFrom(subscription, subscription.hub->position());
  }
  Hub::Turn GoLiveFrom(Subscription& subscription, uint64_t through) {
    std::vector<model::EnvelopePtr> missed;
    const Hub::Turn turn = subscription.hub->TurnLive(subscription, through, &missed);
    if (turn != Hub::Turn::kNow) return turn;
    for (const model::EnvelopePtr& event : missed) Take(*event);
    subscription.hub->GoLive(subscription);
    return turn;
  }
  void OnRun(Subscription& subscription, const Run& run) override {
    for (const model::EnvelopePtr& envelope : run.envelopes()) Take(*envelope);
    positions.push_back(subscription.hub->position());
  }
  void OnReset(Subscription&) override {}
  void OnUnavailable(Subscription&, const absl::Status&) override {}

  std::vector<std::string> TakeWords() { return std::exchange(words_, {}); }
  int ready = 0;
  std::vector<uint64_t> positions;  // asked for from within each run

 private:
  void Take(const model::Envelope& envelope) {
    const boost::json::object message = boost::json::parse(envelope.json()).as_object();
    if (envelope.offset() != 0) {
      words_.push_back(std::to_string(envelope.offset()));
      return;
    }
    EXPECT_EQ(message.at("type").as_string(), "batch");
    EXPECT_EQ(message.at("topic").as_string(), "a");
    EXPECT_EQ(message.at("timestamp").as_string(), "2025-10-09T08:53:20.000Z");
    const boost::json::object& data = message.at("data").as_object();
    EXPECT_EQ(data.at("count").as_int64(), static_cast<int64_t>(data.at("messages").as_array().size()));
    std::string word = "[";
    for (const auto& event : data.at("messages").as_array())
      word += std::to_string(event.at("offset").as_int64()) + " ";
    words_.push_back(word + "+" + std::to_string(data.at("dropped").as_int64()) + "]");
  }
  std::vector<std::string> words_;
};

class ThrottleTest : public ::testing::Test {
 protected:
  explicit ThrottleTest(config::TopicPolicy policy = {.match = "a",
                                                      .throttle = {.window = absl::Milliseconds(100), .max_batch = 3}})
      : policies_({std::move(policy)}) {
    EXPECT_FALSE(shard_.Join(topic_, a_));
    Settle();
  }
  ~ThrottleTest() override { shard_.Leave(a_); }

  void RunShard() {
    shard_.io().restart();
    shard_.io().poll();
  }
  void Settle() {
    do RunShard();
    while (broker_.AnswerOne());
    RunShard();
  }
  void Publish(int count) {
    broker_.PublishAll(std::vector<std::pair<std::string, std::string>>(static_cast<size_t>(count), {"a", "x"}));
    Settle();
  }
  void Pass(int milliseconds) {
    now_ += std::chrono::milliseconds(milliseconds);
    shard_.EndWindows();
  }
  observe::PatternCounts& counts() { return shard_.metrics().patterns.Of("a"); }

  model::TopicTable topics_;
  observe::Metrics metrics_;
  model::FakeClock clock_;
  std::chrono::steady_clock::time_point now_{};
  testing::ManualBroker broker_{topics_};
  config::TopicPolicies policies_;
  Fanout fanout_{
      1, broker_, metrics_, {.policies = &policies_, .steady_now = [this] { return now_; }, .clock = &clock_}};
  Shard& shard_ = fanout_.shard(0);
  model::TopicPtr topic_ = topics_.Intern("", "a");
  Reader reader_;
  Subscription a_{reader_};
};

TEST_F(ThrottleTest, TheFirstEventOfAQuietTopicGoesOutAtOnce) {
  Publish(1);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1"));
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), IsEmpty());
  Publish(1);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("2")) << "the window ended with nothing held: quiet again";
}

TEST_F(ThrottleTest, WhatFollowsGoesOutAtTheEndOfTheWindow) {
  Publish(3);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1"));
  Pass(99);
  EXPECT_THAT(reader_.TakeWords(), IsEmpty());
  Pass(1);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("[2 3 +0]"));
}

TEST_F(ThrottleTest, OneEventGoesOutAsItself) {
  Publish(2);
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1", "2"));
}

TEST_F(ThrottleTest, ABusyTopicSendsOncePerWindow) {
  Publish(2);
  Pass(100);
  Publish(1);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1", "2")) << "the end of a window with something in it begins another";
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("3"));
}

TEST_F(ThrottleTest, ABatchKeepsTheNewestAndCountsTheRest) {
  Publish(1 + 3);
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1", "[2 3 4 +0]")) << "as many as fit";
  Publish(5);
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("[7 8 9 +2]"));
  EXPECT_EQ(counts().throttle_dropped.Value(), 2u);
  EXPECT_EQ(counts().conflated.Value(), 0u);
}

TEST_F(ThrottleTest, ABatchIsBoundedInBytesToo) {
  const std::string value(100 * 1024, 'x');
  broker_.PublishAll({{"a", "x"}, {"a", value}, {"a", value}, {"a", value}});
  Settle();
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1", "[3 4 +1]"));
}

TEST_F(ThrottleTest, ThePositionStaysBeforeWhatIsHeld) {
  Publish(3);
  EXPECT_THAT(reader_.positions, ElementsAre(1)) << "seen from within the first event";
  EXPECT_EQ(a_.hub->position(), 1u);
  broker_.Publish("b");
  Settle();
  EXPECT_EQ(a_.hub->position(), 1u);
  Pass(100);
  EXPECT_THAT(reader_.positions, ElementsAre(1, 3)) << "and from within the batch";
}

TEST_F(ThrottleTest, WhoGoesLiveInMidWindowGetsNeitherGapNorDouble) {
  Reader late;
  Subscription b(late);
  EXPECT_TRUE(shard_.Join(topic_, b));
  Publish(1);
  Publish(3);
  EXPECT_EQ(b.hub->readable_through(), 1u);
  EXPECT_EQ(late.GoLiveFrom(b, 0), Hub::Turn::kNow);
  EXPECT_THAT(late.TakeWords(), ElementsAre("1"));
  Pass(100);
  EXPECT_THAT(late.TakeWords(), ElementsAre("[2 3 4 +0]"));
  shard_.Leave(b);
}

TEST_F(ThrottleTest, WhoIsAheadOfWhatIsHeldWaitsForTheEndOfTheWindow) {
  Publish(3);
  Reader late;
  Subscription b(late);
  EXPECT_TRUE(shard_.Join(topic_, b));
  EXPECT_EQ(late.GoLiveFrom(b, 2), Hub::Turn::kWait);
  EXPECT_EQ(late.ready, 0);
  Pass(100);
  EXPECT_EQ(late.ready, 1);
  EXPECT_TRUE(b.live());
  EXPECT_THAT(late.TakeWords(), IsEmpty()) << "not the batch that repeats what it has";
  shard_.Leave(b);
}

TEST_F(ThrottleTest, WhoGoesBackInMidWindowIsBeforeWhatIsHeld) {
  Publish(3);
  a_.hub->Interrupt();
  EXPECT_EQ(a_.position, 1u);
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1")) << "what was held is read from history then";
}

TEST_F(ThrottleTest, WithoutLiveSubscribersNothingIsHeld) {
  shard_.Leave(a_);
  Publish(3);
  EXPECT_TRUE(shard_.Join(topic_, a_));
  EXPECT_EQ(a_.hub->position(), 3u);
}

TEST_F(ThrottleTest, OtherTopicsAreNotThrottled) {
  Reader other;
  Subscription b(other);
  shard_.Join(topics_.Intern("", "b"), b);
  Settle();
  broker_.PublishAll({{"b", "x"}, {"b", "x"}});
  Settle();
  EXPECT_THAT(other.TakeWords(), ElementsAre("1", "2"));
  shard_.Leave(b);
}

TEST_F(ThrottleTest, NewPoliciesReleaseWhatIsHeldAndHoldFromTheNextEventOn) {
  Publish(3);
  policies_.Replace({});
  Publish(1);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1", "[2 3 +0]", "4"));
  Pass(100);
  policies_.Replace({{.match = "a", .throttle = {.window = absl::Milliseconds(50), .max_batch = 1}}});
  Publish(3);
  Pass(50);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("5", "[7 +1]")) << "one event, and one that is left out";
}

TEST_F(ThrottleTest, TheShardsOwnTimerEndsWindows) {
  Publish(2);
  now_ += std::chrono::milliseconds(100);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::vector<std::string> words = reader_.TakeWords();
  while (words.size() < 2 && std::chrono::steady_clock::now() < deadline) {
    shard_.io().restart();
    shard_.io().run_one_for(std::chrono::milliseconds(5));
    for (std::string& word : reader_.TakeWords()) words.push_back(std::move(word));
  }
  EXPECT_THAT(words, ElementsAre("1", "2"));
}

class ConflatingThrottleTest : public ThrottleTest {
 protected:
  ConflatingThrottleTest()
      : ThrottleTest({.match = "a", .throttle = {.window = absl::Milliseconds(100), .max_batch = 3}, .conflate = "v"}) {
  }
};

TEST_F(ConflatingThrottleTest, ABatchHoldsTheNewestOfEachKey) {
  broker_.PublishAll({{"a", "k"}, {"a", "k"}, {"a", "l"}, {"a", "k"}, {"a", "l"}, {"a", "m"}});
  Settle();
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1", "[4 5 6 +2]"));
  EXPECT_EQ(counts().throttle_dropped.Value(), 0u);
  EXPECT_EQ(counts().conflated.Value(), 2u);
}

TEST_F(ConflatingThrottleTest, MoreKeysThanABatchHoldsLoseTheOldest) {
  broker_.PublishAll({{"a", "k"}, {"a", "k"}, {"a", "l"}, {"a", "m"}, {"a", "n"}, {"a", "l"}});
  Settle();
  Pass(100);
  EXPECT_THAT(reader_.TakeWords(), ElementsAre("1", "[4 5 6 +2]"));
  EXPECT_EQ(counts().throttle_dropped.Value(), 1u) << "k";
  EXPECT_EQ(counts().conflated.Value(), 1u) << "the first l";
}

}  // namespace
}  // namespace spanwire::fanout

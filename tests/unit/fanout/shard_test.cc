#include "bridge/fanout/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/fanout/fanout.h"
#include "tests/support/manual_broker.h"

namespace spanwire::fanout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Goes live as soon as it may and remembers what it is handed.
class RecordingSubscriber final : public Subscriber {
 public:
  void OnReady(Subscription& subscription) override {
    ++ready;
    if (go_live) {
      std::vector<model::EnvelopePtr> missed;
      EXPECT_TRUE(subscription.hub->GoLive(subscription, subscription.hub->tenant().drained, &missed));
    }
  }
  void OnRun(Subscription& subscription, const Run& run) override {
    runs.push_back(run.events().size());
    for (const model::EnvelopePtr& event : run.events()) offsets.push_back(event->offset());
    if (on_run) on_run(subscription, run);
  }
  void OnReset(Subscription&) override { ++resets; }
  void OnUnavailable(Subscription&, const absl::Status& why) override { unavailable = why; }

  bool go_live = true;
  int ready = 0;
  int resets = 0;
  absl::Status unavailable;
  std::vector<size_t> runs;
  std::vector<uint64_t> offsets;
  std::function<void(Subscription&, const Run&)> on_run;
};

class ShardTest : public ::testing::Test {
 protected:
  void RunShard() {
    shard_.io().restart();
    shard_.io().poll();
  }
  void Settle() {
    do RunShard();
    while (broker_.AnswerOne());
    RunShard();
  }
  model::TopicPtr Topic(const std::string& name) { return topics_.Intern("", name); }

  model::TopicTable topics_;
  observe::Metrics metrics_;
  testing::ManualBroker broker_{topics_};
  Fanout fanout_{2, broker_, metrics_};
  Shard& shard_ = fanout_.shard(0);
};

TEST_F(ShardTest, OnlyShardsWithSubscribersGetAnEvent) {
  RecordingSubscriber subscriber;
  Subscription a(subscriber);
  EXPECT_FALSE(shard_.Join(Topic("a"), a)) << "live flow is not confirmed yet";
  Settle();
  EXPECT_EQ(a.hub->topic()->shards.load(), 1u);
  broker_.Publish("a");
  broker_.Publish("b");
  Settle();
  EXPECT_THAT(subscriber.offsets, ElementsAre(1));
  EXPECT_EQ(shard_.metrics().deliveries.Value(), 1u);
  EXPECT_EQ(shard_.metrics().subscriptions.Value(), 1);
  shard_.Leave(a);
}

TEST_F(ShardTest, ConsecutiveEventsOfATopicAreOneRunAndOneBuffer) {
  RecordingSubscriber subscriber;
  std::string sent;
  subscriber.on_run = [&](Subscription&, const fanout::Run& run) { sent += run.Frames().text; };
  Subscription a(subscriber);
  Subscription b(subscriber);
  shard_.Join(Topic("a"), a);
  shard_.Join(Topic("b"), b);
  Settle();
  const auto events = broker_.PublishAll({{"a", "1"}, {"a", "2"}, {"b", "3"}, {"a", "4"}});
  Settle();
  EXPECT_THAT(subscriber.runs, ElementsAre(2, 1, 1));
  std::string expected;
  for (const model::EnvelopePtr& event : events) expected += event->frame();
  EXPECT_EQ(sent, expected);
  shard_.Leave(a);
  shard_.Leave(b);
}

TEST_F(ShardTest, ASubscriberMayLeaveFromWithinARun) {
  RecordingSubscriber leaving;
  RecordingSubscriber staying;
  leaving.on_run = [&](Subscription& subscription, const fanout::Run&) { shard_.Leave(subscription); };
  Subscription first(staying);
  Subscription second(leaving);
  Subscription third(staying);
  for (Subscription* subscription : {&first, &second, &third}) shard_.Join(Topic("a"), *subscription);
  Settle();
  broker_.Publish("a");
  broker_.Publish("a");
  Settle();
  EXPECT_EQ(leaving.offsets.size() + staying.offsets.size(), leaving.runs.front() + 4);
  shard_.Leave(first);
  shard_.Leave(third);
}

TEST_F(ShardTest, AnOverflowingInboxSendsItsSubscribersBackToHistory) {
  RecordingSubscriber subscriber;
  Subscription a(subscriber);
  shard_.Join(Topic("a"), a);
  Settle();
  broker_.Publish("a");
  Settle();
  subscriber.go_live = false;
  const std::vector<std::pair<std::string, std::string>> batch(1000, {"a", "x"});
  for (int i = 0; i < 70; ++i) broker_.PublishAll(batch);
  Settle();
  EXPECT_THAT(subscriber.offsets, ElementsAre(1)) << "what did not fit is not delivered in part";
  EXPECT_FALSE(a.live());
  EXPECT_EQ(a.position, 1u) << "it knows how far it got";
  EXPECT_EQ(subscriber.ready, 2) << "and is told when live flow is back";
  EXPECT_EQ(broker_.interests(), 1);
  shard_.Leave(a);
}

TEST_F(ShardTest, GoLiveHandsOverWhatWasDistributedMeanwhile) {
  RecordingSubscriber subscriber;
  subscriber.go_live = false;
  Subscription a(subscriber);
  shard_.Join(Topic("a"), a);
  Settle();
  broker_.Publish("a");
  broker_.Publish("a");
  Settle();
  std::vector<model::EnvelopePtr> missed;
  EXPECT_TRUE(a.hub->GoLive(a, 1, &missed));
  ASSERT_EQ(missed.size(), 1u);
  EXPECT_EQ(missed[0]->offset(), 2u);
  shard_.Leave(a);
}

TEST_F(ShardTest, GoLiveIsRefusedWhereTooMuchWasDistributedMeanwhile) {
  RecordingSubscriber subscriber;
  subscriber.go_live = false;
  Subscription a(subscriber);
  shard_.Join(Topic("a"), a);
  Settle();
  for (int i = 0; i < 1025; ++i) broker_.Publish("a");
  Settle();
  std::vector<model::EnvelopePtr> missed;
  EXPECT_FALSE(a.hub->GoLive(a, 0, &missed));
  EXPECT_THAT(missed, IsEmpty());
  EXPECT_TRUE(a.hub->GoLive(a, 1, &missed));
  EXPECT_EQ(missed.size(), 1024u);
  shard_.Leave(a);
}

TEST_F(ShardTest, ABrokerThatCannotServeIsSaidToEverybodyOfTheTopic) {
  RecordingSubscriber subscriber;
  Subscription a(subscriber);
  broker_.FailWith(absl::UnavailableError("away"));
  shard_.Join(Topic("a"), a);
  Settle();
  EXPECT_EQ(subscriber.unavailable.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(a.hub, nullptr);
  EXPECT_EQ(Topic("a")->shards.load(), 0u);
}

// Counts its turns.
class CountingCorked final : public Corked {
 public:
  void Uncork() override { ++uncorked; }
  int uncorked = 0;
};

TEST_F(ShardTest, CorkedSendersAreCalledOnceAtTheEnd) {
  CountingCorked stays;
  CountingCorked goes;
  {
    Shard::CorkScope outer(shard_);
    {
      Shard::CorkScope inner(shard_);
      shard_.UncorkLater(stays);
      shard_.UncorkLater(goes);
    }
    EXPECT_TRUE(shard_.corked());
    EXPECT_EQ(stays.uncorked, 0);
    shard_.ForgetCorked(goes);
  }
  EXPECT_FALSE(shard_.corked());
  EXPECT_EQ(stays.uncorked, 1);
  EXPECT_EQ(goes.uncorked, 0);
}

}  // namespace
}  // namespace spanwire::fanout

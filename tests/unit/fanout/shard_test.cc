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
      EXPECT_EQ(subscription.hub->TurnLive(subscription, subscription.hub->position(), &missed), Hub::Turn::kNow);
      EXPECT_THAT(missed, IsEmpty());
      subscription.hub->GoLive(subscription);
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
  // Runs everything, timers included, until `done`.
  void RunUntil(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      shard_.io().restart();
      shard_.io().run_one_for(std::chrono::milliseconds(5));
    }
  }
  model::TopicPtr Topic(const std::string& name) { return topics_.Intern("", name); }

  model::TopicTable topics_;
  observe::Metrics metrics_;
  testing::ManualBroker broker_{topics_};
  Fanout fanout_{2, broker_, metrics_, {.inbox_events = 4, .topic_linger = absl::Milliseconds(20)}};
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
  const std::vector<std::pair<std::string, std::string>> batch(5, {"a", "x"});
  broker_.PublishAll(batch);
  Settle();
  EXPECT_THAT(subscriber.offsets, ElementsAre(1)) << "what did not fit is not delivered in part";
  EXPECT_FALSE(a.live());
  EXPECT_EQ(a.position, 1u) << "it knows how far it got";
  EXPECT_EQ(subscriber.ready, 2) << "and is told when live flow is back";
  EXPECT_EQ(broker_.interests(), 1);
  EXPECT_EQ(metrics_.Shards().at(0)->inbox_overflows.Value(), 1u);
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
  EXPECT_EQ(a.hub->TurnLive(a, 1, &missed), Hub::Turn::kNow);
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
  for (int i = 0; i < 1025; ++i) {
    broker_.Publish("a");
    Settle();
  }
  std::vector<model::EnvelopePtr> missed;
  EXPECT_EQ(a.hub->TurnLive(a, 0, &missed), Hub::Turn::kReadOn);
  EXPECT_THAT(missed, IsEmpty());
  EXPECT_EQ(a.hub->TurnLive(a, 1, &missed), Hub::Turn::kNow);
  EXPECT_EQ(missed.size(), 1024u);
  shard_.Leave(a);
}

TEST_F(ShardTest, WhatIsRememberedForThoseWhoCatchUpIsBoundedInBytes) {
  RecordingSubscriber subscriber;
  subscriber.go_live = false;
  Subscription a(subscriber);
  shard_.Join(Topic("a"), a);
  Settle();
  const std::string value(100 * 1024, 'x');
  for (int i = 0; i < 4; ++i) broker_.Publish("a", value);
  Settle();
  std::vector<model::EnvelopePtr> missed;
  EXPECT_EQ(a.hub->TurnLive(a, 1, &missed), Hub::Turn::kReadOn) << "three would be over 256 KiB";
  EXPECT_EQ(a.hub->TurnLive(a, 2, &missed), Hub::Turn::kNow);
  EXPECT_EQ(missed.size(), 2u);
  broker_.Publish("a", std::string(300 * 1024, 'x'));
  Settle();
  missed.clear();
  EXPECT_EQ(a.hub->TurnLive(a, 4, &missed), Hub::Turn::kNow) << "one is remembered, whatever its size";
  EXPECT_EQ(missed.size(), 1u);
  shard_.Leave(a);
}

TEST_F(ShardTest, EventsDroppedBehindAnOutstandingInterestAreNotTakenForSeen) {
  RecordingSubscriber subscriber;
  Subscription a(subscriber);
  shard_.Join(Topic("a"), a);
  RunShard();
  // The answer, with head 0, is on its way; what comes after it overflows the inbox.
  broker_.PublishAll(std::vector<std::pair<std::string, std::string>>(5, {"a", "x"}));
  broker_.AnswerOne();
  RunShard();
  EXPECT_EQ(subscriber.ready, 0) << "live flow is not confirmed";
  EXPECT_EQ(broker_.interests(), 1);
  Settle();
  EXPECT_EQ(subscriber.ready, 1);
  EXPECT_EQ(a.hub->position(), 5u) << "whoever catches up reads them";
  EXPECT_THAT(subscriber.offsets, IsEmpty());
  shard_.Leave(a);
}

TEST_F(ShardTest, AnInboxAtItsBoundLosesNothing) {
  RecordingSubscriber subscriber;
  Subscription a(subscriber);
  shard_.Join(Topic("a"), a);
  Settle();
  broker_.PublishAll(std::vector<std::pair<std::string, std::string>>(4, {"a", "x"}));
  Settle();
  EXPECT_EQ(subscriber.offsets.size(), 4u);
  EXPECT_EQ(subscriber.ready, 1);
  shard_.Leave(a);
}

TEST_F(ShardTest, ATopicLingersAndThenGoesWithItsTenant) {
  RecordingSubscriber subscriber;
  {
    Subscription a(subscriber);
    shard_.Join(Topic("a"), a);
    Settle();
    shard_.Leave(a);
    EXPECT_TRUE(shard_.Join(Topic("a"), a)) << "it is ready for whoever comes again";
    shard_.Leave(a);
  }
  EXPECT_EQ(shard_.tenants(), 1u);
  RunUntil([&] { return shard_.tenants() == 0; });
  EXPECT_EQ(shard_.tenants(), 0u);
  EXPECT_EQ(broker_.interests(), 0);
  EXPECT_EQ(Topic("a")->shards.load(), 0u);
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

// An administrator's tail whose end comes after the shard's thread has ended.
TEST_F(ShardTest, WorkThatNeverRanMayHoldASubscriptionYet) {
  struct Member {
    explicit Member(Shard& on) : shard(on) {}
    ~Member() { shard.Leave(subscription); }
    Shard& shard;
    RecordingSubscriber subscriber;
    Subscription subscription{subscriber};
  };
  const model::TopicPtr topic = Topic("a");
  {
    Fanout short_lived(1, broker_, metrics_);
    auto live = std::make_shared<Member>(short_lived.shard(0));
    auto catching_up = std::make_shared<Member>(short_lived.shard(0));
    catching_up->subscriber.go_live = false;
    for (const auto& member : {live, catching_up}) short_lived.shard(0).Join(topic, member->subscription);
    do {
      short_lived.shard(0).io().restart();
      short_lived.shard(0).io().poll();
    } while (broker_.AnswerOne());
    short_lived.shard(0).io().restart();
    short_lived.shard(0).io().poll();
    ASSERT_TRUE(live->subscription.live());
    ASSERT_EQ(topic->subscribers.load(), 2u);
    short_lived.shard(0).Post([live = std::move(live), catching_up = std::move(catching_up)] {});
  }
  EXPECT_EQ(topic->subscribers.load(), 0u);
}

}  // namespace
}  // namespace spanwire::fanout

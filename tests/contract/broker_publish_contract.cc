// Publishing and the live flow.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>

#include "absl/synchronization/notification.h"
#include "tests/contract/answer.h"
#include "tests/contract/broker_contract.h"

namespace spanwire::broker::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<uint64_t> From1To(uint64_t last) {
  std::vector<uint64_t> offsets;
  for (uint64_t i = 1; i <= last; ++i) offsets.push_back(i);
  return offsets;
}

TEST_P(BrokerContract, OffsetsOfATenantAreOneSequenceOverItsTopics) {
  const model::TopicPtr a = Topic("a");
  const model::TopicPtr b = Topic("b");
  const auto results = Publish({Event(a), Event(b), Event(a)});
  ASSERT_THAT(results, SizeIs(3));
  for (size_t i = 0; i < results.size(); ++i) {
    ASSERT_TRUE(results[i].ok()) << results[i].status();
    EXPECT_EQ(results[i]->offset, i + 1);
    EXPECT_EQ(results[i]->epoch, results[0]->epoch);
  }
  EXPECT_TRUE(model::ParseCursor(model::FormatCursor(*results[0])).ok());
  EXPECT_EQ(PublishOne(b).offset, 4u);
}

TEST_P(BrokerContract, PublishingNothingIsAnswered) {
  EXPECT_THAT(Publish({}), IsEmpty());
}

TEST_P(BrokerContract, StoredEventsAreSealedWithTheirOffset) {
  const model::TopicPtr topic = Topic("a");
  PublishMany(topic, 2);
  const Page page = Read(topic, 1);
  ASSERT_THAT(page.events, SizeIs(1));
  EXPECT_THAT(std::string(page.events[0]->json()), EndsWith(R"(,"offset":2})"));
  EXPECT_EQ(page.events[0]->topic(), topic);
}

TEST_P(BrokerContract, TenantsHaveLogsOfTheirOwn) {
  const model::TopicPtr red = Topic("a", "red");
  const model::TopicPtr blue = Topic("a", "blue");
  const auto results = Publish({Event(red), Event(blue), Event(blue), Event(red), Event(red)});
  std::vector<uint64_t> offsets;
  for (const auto& result : results) offsets.push_back(result.value().offset);
  EXPECT_THAT(offsets, ElementsAre(1, 1, 2, 2, 3));
  EXPECT_NE(results[0]->epoch, results[1]->epoch);
  EXPECT_THAT(OffsetsOf(Read(red, 0)), ElementsAre(1, 2, 3));
  EXPECT_THAT(OffsetsOf(Read(blue, 0)), ElementsAre(1, 2));
  EXPECT_EQ(Read(red, 0).epoch, results[0]->epoch);
}

TEST_P(BrokerContract, HeadNamesTheNewestOffsetOfTheTenant) {
  const model::TopicPtr quiet = Topic("quiet");
  EXPECT_EQ(AddInterest(quiet).offset, 0u);
  const model::Cursor last = PublishOne(Topic("busy"));
  const Head head = AddInterest(quiet);
  EXPECT_EQ(head.epoch, last.epoch);
  EXPECT_EQ(head.offset, last.offset);
}

TEST_P(BrokerContract, SinkGetsEventsInOffsetOrderFromConcurrentPublishers) {
  constexpr size_t kPublishers = 4;
  constexpr size_t kBatches = 100;
  constexpr size_t kBatch = 5;
  std::vector<model::TopicPtr> topics;
  for (size_t i = 0; i < kPublishers; ++i) topics.push_back(Topic("t" + std::to_string(i)));
  for (const model::TopicPtr& topic : topics) AddInterest(topic);
  std::vector<std::thread> publishers;
  for (const model::TopicPtr& topic : topics) {
    publishers.emplace_back([&, topic] {
      for (size_t i = 0; i < kBatches; ++i) PublishMany(topic, kBatch);
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  const uint64_t all = kPublishers * kBatches * kBatch;
  ASSERT_TRUE(sink().WaitFor("", all));
  EXPECT_THAT(sink().OffsetsOf(""), ElementsAreArray(From1To(all)));
  for (const model::TopicPtr& topic : topics) {
    EXPECT_THAT(OffsetsOf(Read(topic, 0)), ElementsAreArray(sink().OffsetsOf(topic)));
  }
}

TEST_P(BrokerContract, LiveFlowHasNoGapAfterTheHeadOfAddInterest) {
  constexpr size_t kEvents = 40;
  for (size_t round = 0; round < 100; ++round) {
    const model::TopicPtr topic = Topic("round" + std::to_string(round));
    std::vector<uint64_t> published;
    absl::Notification under_way;
    std::thread publisher([&] {
      for (size_t i = 0; i < kEvents; ++i) {
        if (i == round % kEvents) under_way.Notify();
        published.push_back(PublishOne(topic).offset);
      }
    });
    under_way.WaitForNotification();
    const Head head = AddInterest(topic);
    publisher.join();
    ASSERT_THAT(published, SizeIs(kEvents));
    const auto first = std::upper_bound(published.begin(), published.end(), head.offset);
    ASSERT_TRUE(first == published.end() || sink().WaitFor("", published.back()));
    std::vector<uint64_t> live = sink().OffsetsOf(topic);
    live.erase(live.begin(), std::upper_bound(live.begin(), live.end(), head.offset));
    ASSERT_THAT(live, ElementsAreArray(first, published.end()));
    // And what came before is in the history.
    ASSERT_THAT(OffsetsOf(Read(topic, 0)), ElementsAreArray(published));
    broker().RemoveInterest(topic);
  }
}

TEST_P(BrokerContract, InterestIsCounted) {
  const model::TopicPtr topic = Topic("a");
  AddInterest(topic);
  AddInterest(topic);
  broker().RemoveInterest(topic);
  const uint64_t offset = PublishOne(topic).offset;
  EXPECT_TRUE(sink().WaitFor("", offset));
}

TEST_P(BrokerContract, RemovingInterestThatNobodyHasChangesNothing) {
  const model::TopicPtr topic = Topic("a");
  broker().RemoveInterest(topic);
  AddInterest(topic);
  const uint64_t offset = PublishOne(topic).offset;
  EXPECT_TRUE(sink().WaitFor("", offset));
}

TEST_P(BrokerContract, CallbacksRunOnAThreadOfTheBrokersOwn) {
  const model::TopicPtr topic = Topic("a");
  Answer<std::vector<absl::StatusOr<model::Cursor>>> published;
  Answer<absl::StatusOr<Head>> interested;
  Answer<absl::StatusOr<Page>> read;
  broker().Publish({Event(topic)}, published.Callback());
  broker().AddInterest(topic, interested.Callback());
  broker().Read(topic, 0, {}, read.Callback());
  ASSERT_TRUE(published.Get() && interested.Get() && read.Get());
  EXPECT_NE(published.thread(), std::this_thread::get_id());
  EXPECT_NE(interested.thread(), std::this_thread::get_id());
  EXPECT_NE(read.thread(), std::this_thread::get_id());
}

TEST_P(BrokerContract, CallbackMayCallTheBroker) {
  const model::TopicPtr topic = Topic("a");
  Answer<absl::StatusOr<Page>> read;
  broker().Publish({Event(topic)}, [&](auto) { broker().Read(topic, 0, {}, read.Callback()); });
  const auto page = read.Get();
  ASSERT_TRUE(page.has_value() && page->ok());
  EXPECT_THAT((*page)->events, SizeIs(1));
}

TEST_P(BrokerContract, StopAnswersEveryCallExactlyOnce) {
  constexpr int kCalls = 200;
  const model::TopicPtr topic = Topic("a");
  std::vector<Answer<std::vector<absl::StatusOr<model::Cursor>>>> answers(kCalls);
  std::thread publisher([&] {
    for (auto& answer : answers) broker().Publish({Event(topic)}, answer.Callback());
  });
  broker().Stop();
  publisher.join();
  for (auto& answer : answers) {
    const auto results = answer.Get();
    ASSERT_TRUE(results.has_value());
    ASSERT_THAT(*results, SizeIs(1));
    const absl::Status& status = (*results)[0].status();
    EXPECT_TRUE(status.ok() || absl::IsCancelled(status)) << status;
    EXPECT_EQ(answer.calls(), 1);
  }
}

TEST_P(BrokerContract, StopReturnsWhenEveryCallbackHasRun) {
  const model::TopicPtr topic = Topic("a");
  absl::Notification go_on;
  broker().Read(topic, 0, {}, [&](auto) { go_on.WaitForNotification(); });
  std::vector<Answer<absl::StatusOr<Page>>> answers(1000);
  for (auto& answer : answers) broker().Read(topic, 0, {}, answer.Callback());
  go_on.Notify();
  broker().Stop();
  // The last first, or callbacks that still run would keep ahead of the check.
  for (auto answer = answers.rbegin(); answer != answers.rend(); ++answer) ASSERT_EQ(answer->calls(), 1);
}

TEST_P(BrokerContract, CallsAfterStopAreCancelledAndReachNobody) {
  const model::TopicPtr topic = Topic("a");
  PublishOne(topic);
  broker().Stop();
  broker().Stop();
  const size_t calls = sink().calls();
  Answer<std::vector<absl::StatusOr<model::Cursor>>> published;
  Answer<absl::StatusOr<Head>> interested;
  Answer<absl::StatusOr<Page>> read;
  Answer<absl::StatusOr<Page>> read_last;
  Answer<absl::StatusOr<std::vector<TopicInfo>>> listed;
  broker().Publish({Event(topic), Event(topic)}, published.Callback());
  broker().AddInterest(topic, interested.Callback());
  broker().Read(topic, 0, {}, read.Callback());
  broker().ReadLast(topic, 1, {}, read_last.Callback());
  broker().ListTopics({}, listed.Callback());
  broker().RemoveInterest(topic);
  const auto results = published.Get();
  ASSERT_TRUE(results.has_value());
  ASSERT_THAT(*results, SizeIs(2));
  EXPECT_TRUE(absl::IsCancelled((*results)[1].status()));
  EXPECT_TRUE(absl::IsCancelled(interested.Get().value().status()));
  EXPECT_TRUE(absl::IsCancelled(read.Get().value().status()));
  EXPECT_TRUE(absl::IsCancelled(read_last.Get().value().status()));
  EXPECT_TRUE(absl::IsCancelled(listed.Get().value().status()));
  EXPECT_EQ(sink().calls(), calls);
  EXPECT_NE(published.thread(), std::this_thread::get_id());
}

}  // namespace
}  // namespace spanwire::broker::contract

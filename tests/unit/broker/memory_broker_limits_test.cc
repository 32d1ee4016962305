// What the memory broker does when memory, tenants or time run out.
#include <gmock/gmock.h>

#include "absl/synchronization/notification.h"
#include "bridge/broker/memory_broker.h"
#include "bridge/model/error.h"
#include "tests/contract/answer.h"
#include "tests/contract/unsealed_event.h"

namespace spanwire::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr size_t kMiB = 1024 * 1024;

class MemoryBrokerLimitsTest : public ::testing::Test {
 protected:
  void Start(MemoryBroker::Options options) {
    options.sweep_interval = absl::InfiniteDuration();
    broker_ = std::make_unique<MemoryBroker>(std::move(options), clock_);
  }
  model::TopicPtr Topic(std::string_view tenant, std::string_view name) { return table_.Intern(tenant, name); }

  absl::StatusOr<model::Cursor> Publish(const model::TopicPtr& topic, size_t json_size = 0) {
    Answer<std::vector<absl::StatusOr<model::Cursor>>> answer;
    broker_->Publish({UnsealedEvent(topic, clock_.Now(), json_size)}, answer.Callback());
    return answer.Get().value().at(0);
  }
  Page Read(const model::TopicPtr& topic) {
    Answer<absl::StatusOr<Page>> answer;
    broker_->Read(topic, 0, {.max_events = 1'000'000, .max_bytes = 1024 * kMiB}, answer.Callback());
    return answer.Get().value().value();
  }
  absl::StatusOr<Head> AddInterest(const model::TopicPtr& topic) {
    Answer<absl::StatusOr<Head>> answer;
    broker_->AddInterest(topic, answer.Callback());
    return answer.Get().value();
  }

  model::FakeClock clock_;
  model::TopicTable table_;
  std::unique_ptr<MemoryBroker> broker_;
};

TEST_F(MemoryBrokerLimitsTest, PublishingNeverKeepsMoreThanTheLimit) {
  Start({.memory_limit = kMiB});
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(Publish(Topic("", "t" + std::to_string(i % 7)), 1000).ok());
    ASSERT_LE(broker_->usage().history_bytes, kMiB);
  }
  EXPECT_GT(broker_->usage().history_bytes, kMiB * 9 / 10) << "and gives little away";
  const Page page = Read(Topic("", "t0"));
  EXPECT_GT(page.lost_through, 0u);
  EXPECT_THAT(page.events, Not(IsEmpty()));
}

TEST_F(MemoryBrokerLimitsTest, AFloodOfTopicsStaysWithinTheLimit) {
  Start({.memory_limit = kMiB});
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(Publish(Topic("", "once:" + std::to_string(i))).ok());
    ASSERT_LE(broker_->usage().history_bytes, kMiB);
  }
  EXPECT_LT(table_.List().size(), kMiB / TopicLog::kOverheadBytes) << "topics left memory with their events";
}

TEST_F(MemoryBrokerLimitsTest, WhoPublishesMuchSpendsHisOwnPast) {
  Start({.memory_limit = kMiB});
  const model::TopicPtr quiet = Topic("quiet", "t");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Publish(quiet, 1000).ok());
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(Publish(Topic("loud", "t"), 1000).ok());
  EXPECT_EQ(Read(quiet).lost_through, 0u);
  EXPECT_THAT(Read(quiet).events, SizeIs(20));
  EXPECT_GT(Read(Topic("loud", "t")).lost_through, 0u);
}

TEST_F(MemoryBrokerLimitsTest, ManyPublishersAtOnceEndWithinTheLimit) {
  Start({.memory_limit = kMiB});
  std::vector<std::thread> publishers;
  for (int p = 0; p < 4; ++p) {
    publishers.emplace_back([&, tenant = std::to_string(p)] {
      for (int i = 0; i < 500; ++i) EXPECT_TRUE(Publish(Topic(tenant, "t" + std::to_string(i % 50)), 2000).ok());
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  EXPECT_LE(broker_->usage().history_bytes, kMiB);
}

TEST_F(MemoryBrokerLimitsTest, AnEventOverTheWholeLimitIsRefusedAndCostsNoOffset) {
  Start({.memory_limit = 64 * 1024});
  const model::TopicPtr topic = Topic("", "t");
  const absl::Status refused = Publish(topic, 65 * 1024).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << "trying again does not help";
  EXPECT_EQ(model::DetailOf(refused).reason, "EVENT_EXCEEDS_HISTORY");
  EXPECT_EQ(Publish(topic).value().offset, 1u);
}

TEST_F(MemoryBrokerLimitsTest, ARefusedEventSpoilsOnlyItself) {
  Start({.memory_limit = 64 * 1024});
  const model::TopicPtr topic = Topic("", "t");
  Answer<std::vector<absl::StatusOr<model::Cursor>>> answer;
  broker_->Publish({UnsealedEvent(topic, clock_.Now()), UnsealedEvent(topic, clock_.Now(), 65 * 1024),
                    UnsealedEvent(topic, clock_.Now())},
                   answer.Callback());
  const auto results = answer.Get().value();
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_EQ(results[0].value().offset, 1u);
  EXPECT_FALSE(results[1].ok());
  EXPECT_EQ(results[2].value().offset, 2u);
}

TEST_F(MemoryBrokerLimitsTest, SweepGivesBackWhatExpiredInQuietTopics) {
  Start({.topic_idle = absl::Hours(1)});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Publish(Topic("", "t" + std::to_string(i))).ok());
  clock_.Advance(absl::Minutes(6));
  broker_->Sweep();
  EXPECT_EQ(broker_->usage().history_bytes, 10 * TopicLog::kOverheadBytes);
  clock_.Advance(absl::Hours(1));
  broker_->Sweep();
  EXPECT_EQ(broker_->usage().history_bytes, 0u);
  EXPECT_THAT(table_.List(), IsEmpty());
}

TEST_F(MemoryBrokerLimitsTest, SweepsOfBoundedWorkReachEveryTenantInTurn) {
  Start({.sweep_work = 8});
  for (int tenant = 0; tenant < 5; ++tenant) {
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(Publish(Topic(std::to_string(tenant), "t" + std::to_string(i))).ok());
    }
  }
  clock_.Advance(absl::Minutes(6));
  const size_t full = broker_->usage().history_bytes;
  broker_->Sweep();
  const size_t freed = full - broker_->usage().history_bytes;
  EXPECT_GT(freed, 0u);
  EXPECT_LE(freed, full / 10) << "one sweep does no more than it may";
  for (int i = 0; i < 40; ++i) broker_->Sweep();
  EXPECT_EQ(broker_->usage().history_bytes, 50 * TopicLog::kOverheadBytes);
}

TEST_F(MemoryBrokerLimitsTest, TenantUnusedLongestMakesPlaceAndComesBackAsANewLog) {
  Start({.max_tenants = 2});
  const std::string epoch = Read(Topic("first", "t")).epoch;
  clock_.Advance(absl::Seconds(1));
  const std::string second = Read(Topic("second", "t")).epoch;
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(Publish(Topic("third", "t")).ok());
  EXPECT_EQ(broker_->usage().tenants, 2u);
  EXPECT_EQ(Read(Topic("second", "t")).epoch, second);
  clock_.Advance(absl::Seconds(1));
  EXPECT_NE(Read(Topic("first", "t")).epoch, epoch);
  EXPECT_EQ(broker_->usage().tenants, 2u);
}

TEST_F(MemoryBrokerLimitsTest, TenantsInUseKeepTheirPlaces) {
  Start({.max_tenants = 2});
  ASSERT_TRUE(AddInterest(Topic("wanted", "t")).ok());
  ASSERT_TRUE(Publish(Topic("kept", "t")).ok());
  const absl::Status refused = Publish(Topic("new", "t")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(model::DetailOf(refused).reason, "TOO_MANY_TENANTS");
  EXPECT_FALSE(AddInterest(Topic("new", "t")).ok());
  clock_.Advance(absl::Minutes(6));
  broker_->Sweep();
  EXPECT_TRUE(Publish(Topic("new", "t")).ok());
  clock_.Advance(absl::Minutes(6));
  broker_->Sweep();
  broker_->RemoveInterest(Topic("wanted", "t"));
  EXPECT_TRUE(Publish(Topic("newer", "t")).ok());
}

TEST_F(MemoryBrokerLimitsTest, TenantsComingAndGoingLoseNoPublish) {
  Start({.memory_limit = kMiB, .max_tenants = 3});
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        // Ever new tenants, of which nothing is kept: places change hands all the time.
        const model::TopicPtr topic = Topic("tenant" + std::to_string(t * 1000 + i), "t");
        ASSERT_TRUE(AddInterest(topic).ok());
        const absl::StatusOr<model::Cursor> published = Publish(topic, 10);
        ASSERT_TRUE(published.ok()) << published.status();
        EXPECT_EQ(published->offset, 1u) << "interest keeps the log in its place";
        clock_.Advance(absl::Minutes(6));
        broker_->Sweep();
        broker_->RemoveInterest(topic);
        // Another thread's sweep may still be behind: read, so that this one's event is gone.
        Read(topic);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(broker_->usage().tenants, 3u);
}

TEST_F(MemoryBrokerLimitsTest, TimerSweeps) {
  absl::Notification folded;
  // The last holder of a topic tells when it has left memory.
  model::TopicPtr topic(new model::Topic("", "t"), [&](model::Topic* gone) {
    delete gone;
    folded.Notify();
  });
  broker_ = std::make_unique<MemoryBroker>(
      MemoryBroker::Options{.topic_idle = absl::Minutes(10), .sweep_interval = absl::Milliseconds(1)}, clock_);
  ASSERT_TRUE(Publish(topic).ok());
  topic.reset();
  clock_.Advance(absl::Minutes(20));
  EXPECT_TRUE(folded.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

}  // namespace
}  // namespace spanwire::broker

#include "bridge/broker/tenant_log.h"

#include <gmock/gmock.h>

#include "bridge/model/error.h"
#include "tests/contract/unsealed_event.h"

namespace spanwire::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr size_t kLimit = 1024 * 1024;

class TenantLogTest : public ::testing::Test {
 protected:
  std::vector<absl::StatusOr<model::Cursor>> Publish(TenantLog& log,
                                                     std::vector<std::shared_ptr<model::Envelope>> run) {
    std::vector<absl::StatusOr<model::Cursor>> results;
    published_ = log.Publish(absl::MakeSpan(run), now_, nullptr, results, discards_);
    return results;
  }
  std::shared_ptr<model::Envelope> Event(const model::TopicPtr& topic, size_t json_size = 0) {
    return UnsealedEvent(topic, now_, json_size);
  }
  Page Read(const model::TopicPtr& topic) { return log_.Read(*topic, 0, {}, now_, discards_).value(); }
  void SweepAll() {
    size_t work = 1'000'000;
    EXPECT_TRUE(log_.Sweep(now_, now_ - absl::Hours(1), work, discards_));
  }

  const config::TopicPolicies policies_{{{.match = "*", .history = {.max_age = absl::Minutes(5)}}}};
  HistoryBudget budget_{kLimit};
  Discards discards_;
  absl::Time now_ = absl::FromUnixSeconds(1'760'000'000);
  bool published_ = false;
  TenantLog log_{"acme", "epoch", 0, policies_, budget_};
  model::TopicPtr a_ = std::make_shared<model::Topic>("acme", "a");
  model::TopicPtr b_ = std::make_shared<model::Topic>("acme", "b");
};

TEST_F(TenantLogTest, OffsetsEndWhereABrowserCannotCountOn) {
  TenantLog log("acme", "epoch", model::kMaxOffset - 1, policies_, budget_);
  const auto results = Publish(log, {Event(a_), Event(a_)});
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[0].value().offset, model::kMaxOffset);
  EXPECT_EQ(results[1].status().code(), absl::StatusCode::kFailedPrecondition) << "trying again does not help";
  EXPECT_EQ(model::DetailOf(results[1].status()).reason, "OFFSETS_EXHAUSTED");
}

TEST_F(TenantLogTest, ReplacedPoliciesReachTopicsThatAreInMemoryWithWhateverComesNext) {
  config::TopicPolicies policies;
  TenantLog log("acme", "epoch", 0, policies, budget_);
  const auto keep = [&](size_t max_events) {
    policies.Replace({{.match = "*", .history = {.max_events = max_events}}});
  };
  Publish(log, {Event(a_), Event(a_), Event(a_), Event(a_), Event(a_), Event(a_)});
  keep(5);
  EXPECT_THAT(log.Read(*a_, 0, {}, now_, discards_)->events, SizeIs(5)) << "reading";
  keep(4);
  size_t work = 100;
  log.Sweep(now_, now_ - absl::Hours(1), work, discards_);
  const size_t bytes = log.bytes();
  EXPECT_THAT(log.Read(*a_, 0, {}, now_, discards_)->events, SizeIs(4));
  EXPECT_EQ(log.bytes(), bytes) << "reading found nothing left to let go of";
  keep(3);
  Publish(log, {Event(a_)});
  const Page page = *log.Read(*a_, 0, {}, now_, discards_);
  EXPECT_THAT(page.events, SizeIs(3)) << "publishing";
  EXPECT_EQ(page.lost_through, 4u);
  keep(2);
  const std::vector<TopicInfo> topics = log.List("*", now_, discards_);
  EXPECT_EQ(topics.front().max_events, 2u) << "listing";
  EXPECT_EQ(topics.front().history_events, 2u);
  policies.Replace({{.match = "*", .history = {.max_bytes = 1}}});
  EXPECT_THAT(log.Read(*a_, 0, {}, now_, discards_)->events, SizeIs(0)) << "bytes count too";
  keep(10);
  Publish(log, {Event(a_)});
  EXPECT_THAT(log.Read(*a_, 0, {}, now_, discards_)->events, SizeIs(1)) << "and may grow again";
}

TEST_F(TenantLogTest, ARetiredLogChangesNothingAnyMore) {
  Publish(log_, {Event(a_)});
  EXPECT_FALSE(log_.RetireIfEmpty(discards_)) << "it keeps an event";
  now_ += absl::Minutes(6);
  SweepAll();
  ASSERT_TRUE(log_.RetireIfEmpty(discards_));
  EXPECT_EQ(budget_.used(), 0u);
  EXPECT_THAT(Publish(log_, {Event(a_)}), IsEmpty());
  EXPECT_FALSE(published_);
  EXPECT_FALSE(log_.AddInterest(a_, now_).has_value());
  EXPECT_FALSE(log_.Read(*a_, 0, {}, now_, discards_).has_value());
  EXPECT_FALSE(log_.ReadLast(*a_, 1, {}, now_, discards_).has_value());
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(TenantLogTest, InterestKeepsALogFromRetiring) {
  log_.AddInterest(a_, now_);
  EXPECT_FALSE(log_.RetireIfEmpty(discards_));
  log_.RemoveInterest(*a_, now_, discards_);
  EXPECT_TRUE(log_.RetireIfEmpty(discards_));
}

TEST_F(TenantLogTest, SubscribingLeavesNothingBehind) {
  log_.AddInterest(a_, now_);
  log_.AddInterest(a_, now_);
  log_.RemoveInterest(*a_, now_, discards_);
  EXPECT_THAT(log_.List("*", now_, discards_), SizeIs(1));
  log_.RemoveInterest(*a_, now_, discards_);
  EXPECT_THAT(log_.List("*", now_, discards_), IsEmpty());
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(TenantLogTest, ATopicOfWhichMoreIsKnownThanOfOthersStaysWhenNobodyWantsItAnyMore) {
  log_.AddInterest(a_, now_);
  Publish(log_, {Event(b_)});
  now_ += absl::Hours(2);
  SweepAll();  // b is folded: a topic not in memory may have lost its past up to 1
  log_.RemoveInterest(*a_, now_, discards_);
  EXPECT_EQ(Read(a_).lost_through, 0u);
}

TEST_F(TenantLogTest, FoldedTopicsSpeakForEveryTopicNotInMemory) {
  Publish(log_, {Event(a_), Event(b_), Event(a_)});  // 1 and 3 in a, 2 in b
  now_ += absl::Minutes(6);
  SweepAll();
  EXPECT_EQ(Read(b_).lost_through, 2u) << "in memory still, so exact";
  now_ += absl::Minutes(56);
  SweepAll();  // b was read a moment ago
  EXPECT_EQ(log_.bytes(), TopicLog::kOverheadBytes);
  EXPECT_EQ(Read(a_).lost_through, 3u);
  EXPECT_EQ(Read(std::make_shared<model::Topic>("acme", "c")).lost_through, 3u);
  EXPECT_EQ(Read(b_).lost_through, 2u);
  EXPECT_EQ(Read(a_).head, 3u);
}

TEST_F(TenantLogTest, ATopicThatComesBackRemembersThatItsPastMayBeLost) {
  Publish(log_, {Event(a_), Event(a_)});
  now_ += absl::Hours(2);
  SweepAll();
  EXPECT_EQ(log_.bytes(), 0u);
  Publish(log_, {Event(a_)});
  const Page page = Read(a_);
  EXPECT_EQ(page.lost_through, 2u);
  ASSERT_THAT(page.events, SizeIs(1));
  EXPECT_EQ(page.events[0]->offset(), 3u);
}

TEST_F(TenantLogTest, InterestKeepsATopicFromBeingFolded) {
  log_.AddInterest(a_, now_);
  Publish(log_, {Event(a_), Event(b_)});
  now_ += absl::Hours(2);
  SweepAll();
  EXPECT_EQ(Read(a_).lost_through, 1u);
  EXPECT_EQ(Read(b_).lost_through, 2u);
  EXPECT_THAT(log_.List("*", now_, discards_), SizeIs(1));
}

TEST_F(TenantLogTest, SweepStopsWhenItsWorkIsDoneAndGoesOnFromThere) {
  std::vector<std::shared_ptr<model::Envelope>> events;
  for (int i = 0; i < 10; ++i) {
    const auto topic = std::make_shared<model::Topic>("acme", "t" + std::to_string(i));
    for (int k = 0; k < 7; ++k) events.push_back(Event(topic));
  }
  Publish(log_, std::move(events));
  now_ += absl::Minutes(6);
  int calls = 0;
  for (bool complete = false; !complete && calls < 100; ++calls) {
    const size_t before = discards_.events.size();
    size_t work = 4;
    complete = log_.Sweep(now_, absl::InfinitePast(), work, discards_);
    EXPECT_LE(discards_.events.size() - before, 4u);
    EXPECT_TRUE(complete || work == 0);
  }
  EXPECT_LE(calls, 20);
  EXPECT_THAT(discards_.events, SizeIs(70)) << "one round leaves nothing";
}

TEST_F(TenantLogTest, EvictTakesTheOldestOfWhateverTopic) {
  Publish(log_, {Event(a_), Event(b_), Event(a_), Event(b_)});
  EXPECT_GT(log_.Evict(1, discards_), 0u);
  EXPECT_EQ(Read(a_).lost_through, 1u);
  EXPECT_EQ(Read(b_).lost_through, 0u);
  log_.Evict(1, discards_);
  EXPECT_EQ(Read(b_).lost_through, 2u);
  EXPECT_EQ(Read(a_).lost_through, 1u);
}

TEST_F(TenantLogTest, EvictFreesEverythingButWhatIsWanted) {
  log_.AddInterest(a_, now_);
  Publish(log_, {Event(a_), Event(b_)});
  const size_t bytes = log_.bytes();
  EXPECT_EQ(budget_.used(), bytes);
  EXPECT_EQ(log_.Evict(kLimit, discards_), bytes);
  EXPECT_EQ(budget_.used(), 0u);
  EXPECT_EQ(log_.Evict(kLimit, discards_), 0u);
  EXPECT_THAT(log_.List("*", now_, discards_), SizeIs(1));
  // Unwanted, it costs again and can go.
  log_.RemoveInterest(*a_, now_, discards_);
  EXPECT_EQ(log_.bytes(), TopicLog::kOverheadBytes);
  EXPECT_EQ(log_.Evict(1, discards_), TopicLog::kOverheadBytes);
}

}  // namespace
}  // namespace spanwire::broker

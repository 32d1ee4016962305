#include "bridge/broker/topic_set.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/contract/unsealed_event.h"

namespace spanwire::broker {
namespace {

class TopicSetTest : public ::testing::Test {
 protected:
  TopicLog& Add(const std::string& name) {
    return set_.Add(std::make_unique<TopicLog>(std::make_shared<model::Topic>("", name), policies_, 0));
  }
  void Append(TopicLog& log, uint64_t offset) {
    auto event = UnsealedEvent(std::make_shared<model::Topic>("", "t"), absl::UnixEpoch());
    event->Seal(offset);
    log.Append(std::move(event), absl::UnixEpoch(), discards_);
  }

  const config::TopicPolicies policies_;
  TopicSet set_;
  Discards discards_;
};

TEST_F(TopicSetTest, FindsTopicsByIdentity) {
  TopicLog& a = Add("a");
  TopicLog& b = Add("b");
  EXPECT_EQ(set_.Find(a.topic()), &a);
  EXPECT_EQ(set_.Find(b.topic()), &b);
  const model::Topic stranger("", "a");
  EXPECT_EQ(set_.Find(&stranger), nullptr);
}

TEST_F(TopicSetTest, LastTopicTakesTheIndexOfTheRemovedOne) {
  TopicLog& a = Add("a");
  TopicLog& b = Add("b");
  TopicLog& c = Add("c");
  EXPECT_EQ(set_.Remove(a).get(), &a);
  ASSERT_EQ(set_.size(), 2u);
  EXPECT_EQ(&set_.at(0), &c);
  EXPECT_EQ(&set_.at(1), &b);
  EXPECT_EQ(set_.Remove(b)->topic()->name, "b");
  EXPECT_EQ(set_.Remove(c)->topic()->name, "c");
  EXPECT_EQ(set_.size(), 0u);
  EXPECT_EQ(set_.Oldest(), nullptr);
}

TEST_F(TopicSetTest, OldestFollowsWhatPublishingAndDiscardingChange) {
  TopicLog& a = Add("a");
  TopicLog& b = Add("b");
  Append(a, 1);
  Append(b, 2);
  Append(a, 3);
  EXPECT_EQ(set_.Oldest(), &a);
  a.DiscardOldest(discards_);
  EXPECT_EQ(set_.Oldest(), &b);
  set_.SetEvictable(b, false);
  EXPECT_EQ(set_.Oldest(), &a);
  set_.SetEvictable(b, true);
  EXPECT_EQ(set_.Oldest(), &b);
}

TEST_F(TopicSetTest, OldestAgreesWithLookingAtEveryTopic) {
  std::mt19937 random(20260115);
  std::vector<TopicLog*> logs;
  for (int i = 0; i < 20; ++i) logs.push_back(&Add("t" + std::to_string(i)));
  std::set<TopicLog*> evictable(logs.begin(), logs.end());
  for (uint64_t offset = 1; offset < 5000; ++offset) {
    TopicLog& log = *logs[random() % logs.size()];
    switch (random() % 4) {
      case 0:
        if (log.has_events()) log.DiscardOldest(discards_);
        break;
      case 1: {
        const bool now = random() % 2 == 0;
        set_.SetEvictable(log, now);
        if (now) {
          evictable.insert(&log);
        } else {
          evictable.erase(&log);
        }
        break;
      }
      default:
        Append(log, offset);
    }
    uint64_t expected = model::kMaxOffset;
    for (TopicLog* candidate : evictable) expected = std::min(expected, candidate->oldest_offset());
    const TopicLog* oldest = set_.Oldest();
    ASSERT_EQ(oldest == nullptr, evictable.empty());
    if (oldest != nullptr) {
      ASSERT_EQ(oldest->oldest_offset(), expected);
    }
  }
}

}  // namespace
}  // namespace spanwire::broker

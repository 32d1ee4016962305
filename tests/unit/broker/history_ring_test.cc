#include "bridge/broker/history_ring.h"

#include <deque>

#include <gtest/gtest.h>

#include "tests/contract/unsealed_event.h"

namespace spanwire::broker {
namespace {

class HistoryRingTest : public ::testing::Test {
 protected:
  model::EnvelopePtr Event(uint64_t offset) {
    auto event = UnsealedEvent(topic_, absl::UnixEpoch(), offset % 100);
    event->Seal(offset);
    return event;
  }

  model::TopicPtr topic_ = std::make_shared<model::Topic>("", "t");
};

TEST_F(HistoryRingTest, BehavesLikeADequeWhileGrowingAndShrinking) {
  HistoryRing ring;
  std::deque<model::EnvelopePtr> reference;
  size_t bytes = 0;
  uint64_t offset = 0;
  const auto pop = [&] {
    EXPECT_EQ(ring.PopFront(), reference.front());
    bytes -= reference.front()->memory();
    reference.pop_front();
  };
  // Waves that grow and end in an empty ring.
  for (size_t wave = 1; wave <= 40; ++wave) {
    for (size_t i = 0; i < wave * 3; ++i) {
      const model::EnvelopePtr event = Event(++offset);
      bytes += event->memory();
      ring.PushBack(event);
      reference.push_back(event);
      if (i % 3 == 0) pop();
      ASSERT_EQ(ring.size(), reference.size());
      ASSERT_EQ(ring.bytes(), bytes);
      for (size_t k = 0; k < reference.size(); ++k) ASSERT_EQ(ring[k], reference[k]);
    }
    while (!reference.empty()) pop();
    EXPECT_TRUE(ring.empty());
    EXPECT_EQ(ring.bytes(), 0u);
  }
}

TEST_F(HistoryRingTest, FindsTheFirstEventAfterAnOffset) {
  HistoryRing ring;
  EXPECT_EQ(ring.IndexAfter(0), 0u);
  for (uint64_t offset : {2, 3, 7, 11}) ring.PushBack(Event(offset));
  ring.PopFront();
  ring.PushBack(Event(20));  // 3, 7, 11, 20, wrapped
  EXPECT_EQ(ring.IndexAfter(0), 0u);
  EXPECT_EQ(ring.IndexAfter(3), 1u);
  EXPECT_EQ(ring.IndexAfter(10), 2u);
  EXPECT_EQ(ring.IndexAfter(19), 3u);
  EXPECT_EQ(ring.IndexAfter(20), 4u);
}

TEST_F(HistoryRingTest, ReleasesEventsAsTheyLeave) {
  HistoryRing ring;
  const model::EnvelopePtr event = Event(1);
  ring.PushBack(event);
  EXPECT_EQ(event.use_count(), 2);
  ring.PopFront();
  EXPECT_EQ(event.use_count(), 1);
}

}  // namespace
}  // namespace spanwire::broker

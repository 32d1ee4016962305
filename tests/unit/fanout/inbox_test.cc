#include "bridge/fanout/inbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::fanout {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kBit = 1;

class InboxTest : public ::testing::Test {
 protected:
  InboxTest() { topic_->shards = kBit; }

  model::EnvelopePtr Event(uint64_t offset) {
    std::string buffer = model::Envelope::NewBuffer();
    buffer.append(R"({"type":"log","data":{})");
    auto event = std::make_shared<model::Envelope>(topic_, absl::UnixEpoch(), std::move(buffer));
    event->Seal(offset);
    return event;
  }
  std::vector<model::EnvelopePtr> Events(uint64_t first, size_t count) {
    std::vector<model::EnvelopePtr> events;
    while (events.size() < count) events.push_back(Event(first++));
    return events;
  }
  static Inbox::Batch Take(Inbox& inbox) {
    Inbox::Batch batch;
    inbox.Take(batch);
    return batch;
  }

  model::TopicTable topics_;
  model::TopicPtr topic_ = topics_.Intern("", "a");
};

TEST_F(InboxTest, HoldsAsManyEventsAsItMay) {
  Inbox inbox(kBit, 3, SIZE_MAX);
  inbox.Add(Events(1, 3));
  const Inbox::Batch batch = Take(inbox);
  EXPECT_THAT(batch.events, SizeIs(3));
  EXPECT_FALSE(batch.overflowed);
}

TEST_F(InboxTest, DropsAllWhereOneIsTooMany) {
  Inbox inbox(kBit, 3, SIZE_MAX);
  inbox.Add(Events(1, 4));
  const Inbox::Batch batch = Take(inbox);
  EXPECT_THAT(batch.events, IsEmpty());
  EXPECT_TRUE(batch.overflowed);
}

TEST_F(InboxTest, HoldsAsManyBytesAsItMay) {
  const std::vector<model::EnvelopePtr> events = Events(1, 3);
  const size_t bytes = events[0]->memory() + events[1]->memory() + events[2]->memory();
  Inbox roomy(kBit, 100, bytes);
  roomy.Add(events);
  EXPECT_FALSE(Take(roomy).overflowed);
  Inbox tight(kBit, 100, bytes - 1);
  tight.Add(events);
  EXPECT_TRUE(Take(tight).overflowed);
}

TEST_F(InboxTest, CountsAnewWhatComesAfterItWasEmptied) {
  const std::vector<model::EnvelopePtr> events = Events(1, 3);
  Inbox inbox(kBit, 100, 2 * events[0]->memory());
  inbox.Add(absl::MakeConstSpan(events).first(2));
  EXPECT_FALSE(Take(inbox).overflowed);
  inbox.Add(absl::MakeConstSpan(events).first(2));
  EXPECT_FALSE(Take(inbox).overflowed);
  inbox.Add(events);
  EXPECT_TRUE(Take(inbox).overflowed);
  inbox.Add(absl::MakeConstSpan(events).first(2));
  EXPECT_FALSE(Take(inbox).overflowed);
}

TEST_F(InboxTest, LeavesWhatIsForOtherShards) {
  Inbox inbox(kBit << 1, 1, SIZE_MAX);
  inbox.Add(Events(1, 4));
  const Inbox::Batch batch = Take(inbox);
  EXPECT_THAT(batch.events, IsEmpty());
  EXPECT_FALSE(batch.overflowed);
}

}  // namespace
}  // namespace spanwire::fanout

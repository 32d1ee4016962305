// What is kept, what is lost, and how it is read.
#include <algorithm>

#include <gmock/gmock.h>

#include "tests/contract/broker_contract.h"

namespace spanwire::broker::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(BrokerContract, ReadGivesWhatCameAfterTheOffset) {
  const model::TopicPtr topic = Topic("a");
  const std::string epoch = PublishOne(topic).epoch;
  PublishOne(Topic("other"));
  PublishOne(topic);
  PublishOne(Topic("other"));
  const Page page = Read(topic, 1);
  EXPECT_EQ(page.epoch, epoch);
  EXPECT_EQ(page.head, 4u);
  EXPECT_EQ(page.through, 4u);
  EXPECT_EQ(page.lost_through, 0u);
  EXPECT_THAT(OffsetsOf(page), ElementsAre(3));
  EXPECT_THAT(OffsetsOf(Read(topic, 0)), ElementsAre(1, 3));
  EXPECT_THAT(OffsetsOf(Read(topic, 3)), IsEmpty());
  EXPECT_THAT(OffsetsOf(Read(topic, 99)), IsEmpty());
}

TEST_P(BrokerContract, PagesFollowEachOtherWithoutGap) {
  const model::TopicPtr topic = Topic("a");
  const model::TopicPtr other = Topic("other");
  std::vector<uint64_t> published;
  for (int i = 0; i < 10; ++i) {
    published.push_back(PublishOne(topic).offset);
    PublishOne(other);
  }
  std::vector<uint64_t> read;
  uint64_t position = 0;
  int pages = 0;
  for (uint64_t head = 1; position < head && pages < 10; ++pages) {
    const Page page = Read(topic, position, {.max_events = 3});
    EXPECT_LE(page.events.size(), 3u);
    for (uint64_t offset : OffsetsOf(page)) read.push_back(offset);
    EXPECT_GT(page.through, position);
    position = page.through;
    head = page.head;
  }
  EXPECT_THAT(read, ElementsAreArray(published));
  EXPECT_EQ(position, 20u);
  EXPECT_EQ(pages, 4);
}

TEST_P(BrokerContract, APageCutByLimitsEndsAtItsLastEvent) {
  const model::TopicPtr topic = Topic("a");
  PublishMany(topic, 3);
  PublishOne(Topic("other"));
  EXPECT_EQ(Read(topic, 0, {.max_events = 2}).through, 2u);
  EXPECT_EQ(Read(topic, 0, {.max_events = 3}).through, 4u);
}

TEST_P(BrokerContract, APageHoldsNoMoreBytesThanAllowedButOneEvent) {
  const model::TopicPtr topic = Topic("a");
  for (int i = 0; i < 4; ++i) PublishOne(topic, 1000);
  const Page two = Read(topic, 0, {.max_bytes = 2500});
  EXPECT_THAT(OffsetsOf(two), ElementsAre(1, 2));
  EXPECT_EQ(two.through, 2u);
  EXPECT_THAT(OffsetsOf(Read(topic, 2, {.max_bytes = 1})), ElementsAre(3));
  EXPECT_THAT(OffsetsOf(Read(topic, 2, {.max_events = 0})), ElementsAre(3));
  EXPECT_THAT(OffsetsOf(ReadLast(topic, 4, {.max_bytes = 2500})), ElementsAre(3, 4));
  EXPECT_THAT(OffsetsOf(ReadLast(topic, 4, {.max_bytes = 1})), ElementsAre(4));
}

TEST_P(BrokerContract, ReadLastGivesTheNewestOldestFirst) {
  const model::TopicPtr topic = Topic("a");
  PublishMany(topic, 5);
  PublishOne(Topic("other"));
  const Page page = ReadLast(topic, 2);
  EXPECT_THAT(OffsetsOf(page), ElementsAre(4, 5));
  EXPECT_EQ(page.through, 6u);
  EXPECT_EQ(page.head, 6u);
  EXPECT_THAT(OffsetsOf(ReadLast(topic, 100)), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(OffsetsOf(ReadLast(topic, 100, {.max_events = 3})), ElementsAre(3, 4, 5));
  EXPECT_THAT(OffsetsOf(ReadLast(topic, 0)), IsEmpty());
}

TEST_P(BrokerContract, ATopicNobodyPublishedToIsAnEmptyOne) {
  const Page fresh = Read(Topic("unknown", "nobody"), 0);
  EXPECT_FALSE(fresh.epoch.empty());
  EXPECT_EQ(fresh.head, 0u);
  EXPECT_EQ(fresh.lost_through, 0u);
  EXPECT_EQ(fresh.through, 0u);
  EXPECT_THAT(fresh.events, IsEmpty());
  const model::Cursor last = PublishOne(Topic("other"));
  const Page page = Read(Topic("unknown"), 0);
  EXPECT_EQ(page.epoch, last.epoch);
  EXPECT_EQ(page.head, last.offset);
  EXPECT_EQ(page.through, last.offset);
  EXPECT_EQ(page.lost_through, 0u);
  EXPECT_THAT(ReadLast(Topic("unknown"), 5).events, IsEmpty());
}

TEST_P(BrokerContract, AnEpochOnceToldStays) {
  const Page page = Read(Topic("a"), 0);
  EXPECT_EQ(AddInterest(Topic("b")).epoch, page.epoch);
  EXPECT_EQ(PublishOne(Topic("c")).epoch, page.epoch);
}

TEST_P(BrokerContract, CountBoundsTheHistory) {
  Deploy({.max_events = 3});
  const model::TopicPtr topic = Topic("a");
  PublishMany(topic, 3);
  EXPECT_EQ(Read(topic, 0).lost_through, 0u);
  PublishMany(topic, 2);
  const Page page = Read(topic, 0);
  EXPECT_EQ(page.lost_through, 2u);
  EXPECT_THAT(OffsetsOf(page), ElementsAre(3, 4, 5));
}

TEST_P(BrokerContract, BytesBoundTheHistory) {
  Deploy({.max_bytes = 64 * 1024});
  const model::TopicPtr topic = Topic("a");
  for (int i = 0; i < 20; ++i) PublishOne(topic, 10 * 1024);
  const Page page = Read(topic, 0, {.max_bytes = 1024 * 1024});
  EXPECT_GT(page.lost_through, 12u);
  EXPECT_LT(page.lost_through, 17u);
  ASSERT_THAT(page.events, SizeIs(20 - page.lost_through));
  EXPECT_EQ(page.events[0]->offset(), page.lost_through + 1);
}

TEST_P(BrokerContract, AgeBoundsTheHistory) {
  Deploy({.max_age = absl::Seconds(60)});
  const model::TopicPtr topic = Topic("a");
  PublishMany(topic, 2);
  deployment_->Age(absl::Seconds(40));
  PublishMany(topic, 1);
  EXPECT_THAT(OffsetsOf(Read(topic, 0)), ElementsAre(1, 2, 3));
  deployment_->Age(absl::Seconds(40));
  const Page page = Read(topic, 0);
  EXPECT_THAT(OffsetsOf(page), ElementsAre(3));
  EXPECT_EQ(page.lost_through, 2u);
  deployment_->Age(absl::Seconds(40));
  const Page last = ReadLast(topic, 10);
  EXPECT_THAT(last.events, IsEmpty());
  EXPECT_EQ(last.lost_through, 3u);
  EXPECT_EQ(last.head, 3u);
}

TEST_P(BrokerContract, LossInOneTopicIsNoLossInAnother) {
  Deploy({.max_events = 2});
  const model::TopicPtr quiet = Topic("quiet");
  PublishOne(quiet);
  PublishMany(Topic("busy"), 10);
  const Page page = Read(quiet, 0);
  EXPECT_EQ(page.lost_through, 0u);
  EXPECT_THAT(OffsetsOf(page), ElementsAre(1));
}

TEST_P(BrokerContract, NothingIsMissedFromLostThroughOn) {
  Deploy({.max_events = 7});
  const model::TopicPtr topic = Topic("a");
  const model::TopicPtr other = Topic("other");
  std::vector<uint64_t> published;
  for (int i = 0; i < 20; ++i) {
    published.push_back(PublishOne(topic).offset);
    PublishOne(other);
  }
  const Page all = Read(topic, 0);
  for (uint64_t since = 0; since <= all.head; ++since) {
    const auto first = std::upper_bound(published.begin(), published.end(), since);
    const std::vector<uint64_t> missed(first, published.end());
    const bool recovered = all.lost_through <= since;
    EXPECT_EQ(OffsetsOf(Read(topic, since)) == missed, recovered) << "since " << since;
  }
}

TEST_P(BrokerContract, AnEventTooLargeForItsTopicIsLiveOnly) {
  Deploy({.max_bytes = 4 * 1024});
  const model::TopicPtr topic = Topic("a");
  AddInterest(topic);
  PublishOne(topic);
  const uint64_t offset = PublishOne(topic, 8 * 1024).offset;
  EXPECT_TRUE(sink().WaitFor("", offset));
  const Page page = Read(topic, 0);
  EXPECT_EQ(page.lost_through, offset);
  EXPECT_THAT(page.events, IsEmpty());
}

TEST_P(BrokerContract, ListTopicsNamesThoseThatMatchInOrder) {
  for (std::string_view name : {"b:2", "a", "b:1"}) PublishOne(Topic(name));
  PublishOne(Topic("b:3", "other"));
  const auto names = [](const std::vector<TopicInfo>& list) {
    std::vector<std::string> result;
    for (const TopicInfo& info : list) result.push_back(info.topic->name);
    return result;
  };
  EXPECT_THAT(names(List("")), ElementsAre("a", "b:1", "b:2"));
  EXPECT_THAT(names(List("", "b:*")), ElementsAre("b:1", "b:2"));
  EXPECT_THAT(names(List("", "a")), ElementsAre("a"));
  EXPECT_THAT(names(List("", "c")), IsEmpty());
  EXPECT_THAT(names(List("nobody")), IsEmpty());
}

TEST_P(BrokerContract, ListTopicsTellsWhatIsKept) {
  Deploy({.max_events = 2, .max_age = absl::Minutes(7), .max_bytes = 1234567});
  const model::TopicPtr topic = Topic("a");
  const model::Cursor first = PublishOne(topic);
  PublishMany(topic, 2);
  PublishOne(Topic("other"));
  const std::vector<TopicInfo> list = List("", "a");
  ASSERT_THAT(list, SizeIs(1));
  const TopicInfo& info = list[0];
  EXPECT_EQ(info.epoch, first.epoch);
  EXPECT_EQ(info.history_events, 2u);
  EXPECT_GT(info.history_bytes, 0u);
  EXPECT_EQ(info.first_offset, 2u);
  EXPECT_EQ(info.last_offset, 3u);
  EXPECT_EQ(info.lost_through, 1u);
  EXPECT_EQ(info.published_events, 3u);
  EXPECT_EQ(info.last_event_at, Read(topic, 2).events.at(0)->accepted_at());
  EXPECT_EQ(info.max_events, 2u);
  EXPECT_EQ(info.max_bytes, 1234567u);
  EXPECT_EQ(info.max_age, absl::Minutes(7));
}

}  // namespace
}  // namespace spanwire::broker::contract

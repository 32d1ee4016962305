#include "bridge/fanout/conflation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::fanout {
namespace {

using ::testing::ElementsAre;

model::EnvelopePtr Event(uint64_t offset, const std::string& members) {
  std::string buffer = model::Envelope::NewBuffer();
  buffer += R"({"type":"t","topic":"a",)" + members;
  auto event = std::make_shared<model::Envelope>(nullptr, absl::UnixEpoch(), std::move(buffer));
  event->Seal(offset);
  return event;
}

TEST(ConflationKeyTest, IsTheTextOfAMemberOfData) {
  EXPECT_EQ(ConflationKey(*Event(1, R"("data":{"host":"h1","cpu":3})"), "host"), "\"h1\"");
  EXPECT_EQ(ConflationKey(*Event(1, R"("data":{"host":17})"), "host"), "17");
  EXPECT_EQ(
      ConflationKey(*Event(1, R"("event":"UPDATED","data":{"entity_id":"e1","payload":{"host":"h1"}})"), "entity_id"),
      "\"e1\"");
}

TEST(ConflationKeyTest, MembersOfTheEnvelopeAndOfWhatLiesDeeperAreNoKeys) {
  EXPECT_EQ(ConflationKey(*Event(1, R"("data":{"payload":{"host":"h1"}})"), "host"), std::nullopt);
  EXPECT_EQ(ConflationKey(*Event(1, R"("host":"h1","data":{})"), "host"), std::nullopt);
  EXPECT_EQ(ConflationKey(*Event(1, R"("data":{"x":{"data":{"host":1}}})"), "host"), std::nullopt);
}

class NewestEventsTest : public ::testing::Test {
 protected:
  bool Add(uint64_t offset, std::optional<std::string_view> key) {
    return events_.Add(Event(offset, R"("data":{})"), key);
  }
  std::vector<uint64_t> TakeAll() {
    std::vector<uint64_t> offsets;
    while (!events_.empty()) offsets.push_back(events_.TakeOldest()->offset());
    return offsets;
  }
  NewestEvents events_;
};

TEST_F(NewestEventsTest, TheNewestOfAKeyStaysAndTheOrderIsThatOfOffsets) {
  EXPECT_FALSE(Add(1, "a"));
  EXPECT_FALSE(Add(2, "b"));
  EXPECT_TRUE(Add(5, "a"));
  EXPECT_FALSE(Add(7, std::nullopt));
  EXPECT_FALSE(Add(8, std::nullopt)) << "those without a key give way to none";
  EXPECT_EQ(events_.size(), 4u);
  EXPECT_EQ(events_.oldest_offset(), 2u);
  EXPECT_THAT(TakeAll(), ElementsAre(2, 5, 7, 8));
  EXPECT_EQ(events_.bytes(), 0u);
}

TEST_F(NewestEventsTest, AKeyThatWasTakenIsANewOne) {
  Add(1, "a");
  TakeAll();
  EXPECT_FALSE(Add(2, "a"));
  EXPECT_THAT(TakeAll(), ElementsAre(2));
}

}  // namespace
}  // namespace spanwire::fanout

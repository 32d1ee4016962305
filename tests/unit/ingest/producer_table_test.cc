#include "bridge/ingest/producer_table.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::ingest {
namespace {

using testing::ElementsAre;
using Standing = ProducerTable::Standing;

class ProducerTableTest : public testing::Test {
 protected:
  static constexpr size_t kMaxProducers = 4;

  ProducerTable::Admission Admit(const std::string& producer, uint64_t sequence) {
    return table_.Admit(producer, sequence, [this](const std::string& results) { told_.push_back(results); });
  }
  void Publish(const std::string& producer, uint64_t sequence, const std::string& results = "r") {
    ASSERT_EQ(Admit(producer, sequence).standing, Standing::kNew);
    table_.Settle(producer, sequence, results, /*remember=*/true);
  }

  observe::Counter evictions_;
  std::vector<std::string> told_;
  ProducerTable table_{kMaxProducers, 64 * 1024, evictions_};
};

TEST_F(ProducerTableTest, AResentSequenceIsAnsweredWithItsResults) {
  Publish("p", 1, "first");
  Publish("p", 2, "second");
  EXPECT_EQ(Admit("p", 1).results, "first");
  EXPECT_EQ(Admit("p", 2).standing, Standing::kKnown);
}

TEST_F(ProducerTableTest, ProducersDoNotSeeEachOther) {
  Publish("p", 1);
  EXPECT_EQ(Admit("q", 1).standing, Standing::kNew);
}

TEST_F(ProducerTableTest, ASequenceOnItsWayIsWaitedFor) {
  Admit("p", 1);
  EXPECT_EQ(Admit("p", 1).standing, Standing::kAwaited);
  EXPECT_THAT(told_, ElementsAre());
  table_.Settle("p", 1, "results", /*remember=*/true);
  EXPECT_THAT(told_, ElementsAre("results"));
}

TEST_F(ProducerTableTest, ASequenceOfWhichNothingWasAcceptedMayBeTriedAgain) {
  Admit("p", 1);
  Admit("p", 1);
  table_.Settle("p", 1, "refused", /*remember=*/false);
  EXPECT_THAT(told_, ElementsAre("refused"));
  EXPECT_EQ(Admit("p", 1).standing, Standing::kNew);
}

TEST_F(ProducerTableTest, ASequenceBelowWhatIsRememberedIsForgotten) {
  const uint64_t last = ProducerTable::kSequencesPerProducer + 10;
  for (uint64_t sequence = 1; sequence <= last; ++sequence) Publish("p", sequence);
  EXPECT_EQ(Admit("p", 10).standing, Standing::kForgotten);
  EXPECT_EQ(Admit("p", 11).standing, Standing::kKnown);
  EXPECT_EQ(Admit("p", last + 1).standing, Standing::kNew);
}

TEST_F(ProducerTableTest, ASkippedSequenceWithinTheMemoryIsNew) {
  Publish("p", 5);
  EXPECT_EQ(Admit("p", 3).standing, Standing::kNew);
}

TEST_F(ProducerTableTest, TheProducerQuietForLongestIsForgottenFirst) {
  for (const char* producer : {"a", "b", "c", "d"}) Publish(producer, 1);
  Admit("a", 1);
  Publish("e", 1);
  EXPECT_EQ(evictions_.Value(), 1u);
  EXPECT_EQ(Admit("a", 1).standing, Standing::kKnown);
  EXPECT_EQ(Admit("b", 1).standing, Standing::kNew);
}

TEST_F(ProducerTableTest, AProducerWithABatchOnItsWayIsKept) {
  Admit("a", 1);
  for (const char* producer : {"b", "c", "d", "e", "f"}) Publish(producer, 1);
  EXPECT_EQ(Admit("a", 1).standing, Standing::kAwaited);
  table_.Settle("a", 1, "late", /*remember=*/true);
  EXPECT_THAT(told_, ElementsAre("late"));
}

TEST_F(ProducerTableTest, MemoryIsBoundedOverAllProducers) {
  const std::string large(30 * 1024, 'x');
  Publish("a", 1, large);
  Publish("b", 1, large);
  Publish("c", 1, large);
  EXPECT_EQ(evictions_.Value(), 1u);
  EXPECT_EQ(Admit("c", 1).standing, Standing::kKnown);
  EXPECT_EQ(Admit("a", 1).standing, Standing::kNew);
}

}  // namespace
}  // namespace spanwire::ingest

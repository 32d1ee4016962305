#include "publisher_sdk/examples/hostmon/threshold.h"

#include <gmock/gmock.h>

namespace spanwire::hostmon {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

class ThresholdTest : public ::testing::Test {
 protected:
  std::optional<Threshold::Change> At(std::chrono::seconds time, double value) {
    return threshold_.Update(value, Threshold::TimePoint(time));
  }

  Threshold threshold_{90, 5, 5000ms};
};

TEST_F(ThresholdTest, RaisesOnceAfterHolding) {
  EXPECT_FALSE(At(0s, 95));
  EXPECT_FALSE(At(4s, 90));
  EXPECT_THAT(At(5s, 91), Optional(Threshold::Change::kRaised));
  EXPECT_FALSE(At(60s, 99));
}

TEST_F(ThresholdTest, ADipStartsTheWaitAnew) {
  EXPECT_FALSE(At(0s, 95));
  EXPECT_FALSE(At(4s, 89));
  EXPECT_FALSE(At(5s, 95));
  EXPECT_FALSE(At(9s, 95));
  EXPECT_THAT(At(10s, 95), Optional(Threshold::Change::kRaised));
}

TEST_F(ThresholdTest, ResolvesOnlyWellBelowAndAfterHolding) {
  At(0s, 95);
  At(5s, 95);
  EXPECT_FALSE(At(10s, 86)) << "within the margin";
  EXPECT_FALSE(At(20s, 84));
  EXPECT_FALSE(At(24s, 84));
  EXPECT_THAT(At(25s, 84), Optional(Threshold::Change::kResolved));
  EXPECT_FALSE(At(30s, 95));
  EXPECT_THAT(At(35s, 95), Optional(Threshold::Change::kRaised)) << "and again";
}

}  // namespace
}  // namespace spanwire::hostmon

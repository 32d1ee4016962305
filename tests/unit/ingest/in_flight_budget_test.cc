#include "bridge/ingest/in_flight_budget.h"

#include <utility>

#include <gtest/gtest.h>

namespace spanwire::ingest {
namespace {

TEST(InFlightBudget, BytesComeBackWhenTheShareGoes) {
  observe::Gauge shown;
  InFlightBudget budget(100, shown);
  {
    const auto share = budget.Take(80);
    EXPECT_TRUE(share);
    EXPECT_FALSE(budget.Take(30));
    EXPECT_EQ(shown.Value(), 80);
  }
  EXPECT_EQ(shown.Value(), 0);
  EXPECT_TRUE(budget.Take(100));
}

TEST(InFlightBudget, AMovedShareIsGivenBackOnce) {
  observe::Gauge shown;
  InFlightBudget budget(100, shown);
  auto first = budget.Take(60);
  auto second = std::move(first);
  first = InFlightBudget::Share();
  EXPECT_EQ(shown.Value(), 60);
  second = InFlightBudget::Share();
  EXPECT_EQ(shown.Value(), 0);
}

TEST(InFlightBudget, ALoneRequestIsLetInHoweverLarge) {
  observe::Gauge shown;
  InFlightBudget budget(100, shown);
  const auto share = budget.Take(1000);
  EXPECT_TRUE(share);
  EXPECT_FALSE(budget.Take(1));
}

}  // namespace
}  // namespace spanwire::ingest

#include "bridge/observe/log_limiter.h"

#include <gtest/gtest.h>

namespace spanwire::observe {
namespace {

TEST(LogLimiter, LetsABurstThroughThenOnePerRefill) {
  model::FakeClock clock;
  LogLimiter limiter(2, absl::Seconds(10), clock);
  EXPECT_EQ(limiter.Admit(), 0u);
  EXPECT_EQ(limiter.Admit(), 0u);
  EXPECT_EQ(limiter.Admit(), std::nullopt);
  clock.Advance(absl::Seconds(10));
  EXPECT_EQ(limiter.Admit(), 1u);
  EXPECT_EQ(limiter.Admit(), std::nullopt);
}

TEST(LogLimiter, QuietTimeEarnsNoMoreThanTheBurst) {
  model::FakeClock clock;
  LogLimiter limiter(2, absl::Seconds(1), clock);
  clock.Advance(absl::Hours(1));
  EXPECT_TRUE(limiter.Admit());
  EXPECT_TRUE(limiter.Admit());
  EXPECT_FALSE(limiter.Admit());
}

TEST(LogLimiter, PartsOfARefillAddUp) {
  model::FakeClock clock;
  LogLimiter limiter(1, absl::Seconds(10), clock);
  EXPECT_TRUE(limiter.Admit());
  clock.Advance(absl::Seconds(6));
  EXPECT_FALSE(limiter.Admit());
  clock.Advance(absl::Seconds(6));
  EXPECT_TRUE(limiter.Admit());
  clock.Advance(absl::Seconds(8));
  EXPECT_TRUE(limiter.Admit());
}

TEST(LogLimiter, AClockSetBackDoesNotSilenceTheLog) {
  model::FakeClock clock;
  LogLimiter limiter(1, absl::Seconds(1), clock);
  EXPECT_TRUE(limiter.Admit());
  clock.Advance(-absl::Hours(1));
  EXPECT_FALSE(limiter.Admit());
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(limiter.Admit());
}

}  // namespace
}  // namespace spanwire::observe

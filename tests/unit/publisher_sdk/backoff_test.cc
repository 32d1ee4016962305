#include "publisher_sdk/src/backoff.h"

#include <gmock/gmock.h>

namespace spanwire::internal {
namespace {

using namespace std::chrono_literals;

TEST(BackoffTest, TheCeilingDoublesUpToTheMaximumAndStartsAgainAfterReset) {
  Backoff backoff(100ms, 500ms, [] { return 1.0; });
  EXPECT_EQ(backoff.Next(), 100ms);
  EXPECT_EQ(backoff.Next(), 200ms);
  EXPECT_EQ(backoff.Next(), 400ms);
  EXPECT_EQ(backoff.Next(), 500ms);
  EXPECT_EQ(backoff.Next(), 500ms);
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), 100ms);
}

TEST(BackoffTest, JitterIsFullFromNothingToTheCeiling) {
  double draw = 0.0;
  Backoff backoff(100ms, 100ms, [&] { return draw; });
  EXPECT_EQ(backoff.Next(), 0ms);
  draw = 0.5;
  EXPECT_EQ(backoff.Next(), 50ms);
}

TEST(BackoffTest, TheSystemsGeneratorStaysInRangeAndVaries) {
  Backoff backoff(1000ms, 1000ms);
  const Duration first = backoff.Next();
  bool varies = false;
  for (int i = 0; i < 100; ++i) {
    const Duration wait = backoff.Next();
    EXPECT_GE(wait, 0ms);
    EXPECT_LT(wait, 1000ms);
    varies |= wait != first;
  }
  EXPECT_TRUE(varies);
}

}  // namespace
}  // namespace spanwire::internal

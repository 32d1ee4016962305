#include "bridge/config/topic_policies.h"

#include <thread>

#include <gtest/gtest.h>

namespace spanwire::config {
namespace {

TEST(TopicPolicies, TheFirstThatMatchesIsInForce) {
  const TopicPolicies policies({{.match = "stats:raw", .history = {.max_events = 1}},
                                {.match = "stats*", .history = {.max_events = 2}},
                                {.match = "stats:late", .history = {.max_events = 3}}});
  EXPECT_EQ(policies.For("stats:raw")->history.max_events, 1u);
  EXPECT_EQ(policies.For("stats")->history.max_events, 2u);
  EXPECT_EQ(policies.For("stats:late")->history.max_events, 2u);
}

TEST(TopicPolicies, ATopicThatNoneMatchesHasTheDefaults) {
  const TopicPolicies policies({{.match = "stats*", .history = {.max_events = 2}}});
  EXPECT_EQ(*policies.For("logs"), TopicPolicy());
  EXPECT_EQ(policies.For("logs")->match, "*");
  EXPECT_EQ(*TopicPolicies().For("logs"), TopicPolicy());
}

TEST(TopicPolicies, ReplacingThemIsSeenByWhoAsksAndSparesWhatWasGivenOut) {
  TopicPolicies policies({{.match = "*", .history = {.max_events = 1}}});
  const uint64_t generation = policies.generation();
  const auto before = policies.For("a");
  policies.Replace({{.match = "*", .history = {.max_events = 2}}});
  EXPECT_NE(policies.generation(), generation);
  EXPECT_EQ(before->history.max_events, 1u);
  EXPECT_EQ(policies.For("a")->history.max_events, 2u);
  EXPECT_EQ(policies.list()->size(), 1u);
}

TEST(TopicPolicies, WhoReadsTheGenerationFirstNeverKeepsAnOldPolicyUnderANewOne) {
  TopicPolicies policies({{.match = "*", .history = {.max_events = 1}}});
  constexpr size_t kLast = 2000;
  std::thread replacing([&] {
    for (size_t i = 2; i <= kLast; ++i) policies.Replace({{.match = "*", .history = {.max_events = i}}});
  });
  for (uint64_t generation = 0; generation < kLast;) {
    generation = policies.generation();
    EXPECT_GE(policies.For("a")->history.max_events, generation);
  }
  replacing.join();
}

}  // namespace
}  // namespace spanwire::config

#include "bridge/broker/completion_thread.h"

#include <memory>
#include <vector>

#include <gmock/gmock.h>

#include "absl/synchronization/notification.h"

namespace spanwire::broker {
namespace {

using ::testing::ElementsAre;

TEST(CompletionThreadTest, RunsInTheOrderPosted) {
  CompletionThread thread(absl::InfiniteDuration(), nullptr);
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) thread.Post([&order, i](bool) { order.push_back(i); });
  thread.Drain();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(CompletionThreadTest, WhatHasNotBegunWhenCancelledIsToldSo) {
  CompletionThread thread(absl::InfiniteDuration(), nullptr);
  absl::Notification begun;
  absl::Notification go_on;
  std::vector<bool> cancelled;
  thread.Post([&](bool is_cancelled) {
    cancelled.push_back(is_cancelled);
    begun.Notify();
    go_on.WaitForNotification();
  });
  thread.Post([&](bool is_cancelled) { cancelled.push_back(is_cancelled); });
  begun.WaitForNotification();
  thread.Cancel();
  go_on.Notify();
  thread.Drain();
  thread.Post([&](bool is_cancelled) { cancelled.push_back(is_cancelled); });
  thread.Drain();
  EXPECT_THAT(cancelled, ElementsAre(false, true, true));
}

TEST(CompletionThreadTest, DrainReturnsWhenCompletionsAreDestroyed) {
  CompletionThread thread(absl::InfiniteDuration(), nullptr);
  const auto held = std::make_shared<int>(0);
  for (int i = 0; i < 100; ++i) thread.Post([held](bool) {});
  thread.Drain();
  EXPECT_EQ(held.use_count(), 1);
}

TEST(CompletionThreadTest, DestructorRunsWhatIsLeft) {
  int runs = 0;
  {
    CompletionThread thread(absl::InfiniteDuration(), nullptr);
    for (int i = 0; i < 100; ++i) thread.Post([&](bool) { ++runs; });
  }
  EXPECT_EQ(runs, 100);
}

TEST(CompletionThreadTest, RunsThePeriodicTaskAgainAndAgainAlsoBetweenCompletions) {
  absl::Notification third;
  int runs = 0;
  CompletionThread thread(absl::Microseconds(100), [&] {
    if (++runs == 3) third.Notify();
  });
  while (!third.HasBeenNotified()) {
    thread.Post([](bool) {});
    thread.Drain();
  }
}

}  // namespace
}  // namespace spanwire::broker

#include <thread>

#include <gmock/gmock.h>

#include "absl/synchronization/notification.h"
#include "bridge/broker/memory_broker.h"
#include "tests/contract/answer.h"
#include "tests/contract/unsealed_event.h"

namespace spanwire::broker {
namespace {

using ::testing::SizeIs;

TEST(MemoryBrokerStopTest, AnswersThatWaitWhenItStopsAreCancelled) {
  model::FakeClock clock;
  model::TopicTable table;
  const model::TopicPtr topic = table.Intern("", "t");
  const config::TopicPolicies keep_all(
      {{.match = "*", .history = {.max_events = 10'000'000, .max_bytes = size_t{4} << 30}}});
  MemoryBroker broker(
      {.policies = &keep_all, .memory_limit = size_t{4} << 30, .sweep_interval = absl::InfiniteDuration()}, clock);
  absl::Notification go_on;
  Answer<std::vector<absl::StatusOr<model::Cursor>>> published;
  Answer<absl::StatusOr<Page>> read;
  broker.Read(topic, 0, {}, [&](auto) { go_on.WaitForNotification(); });
  broker.Publish({UnsealedEvent(topic, clock.Now()), UnsealedEvent(topic, clock.Now())}, published.Callback());
  broker.Read(topic, 0, {}, read.Callback());
  std::thread stopping([&] { broker.Stop(); });
  // It is stopping as soon as an event is refused, which shows in what is kept.
  size_t before = 0;
  do {
    before = broker.usage().history_bytes;
    broker.Publish({UnsealedEvent(topic, clock.Now())}, [](auto) {});
  } while (broker.usage().history_bytes > before);
  go_on.Notify();
  stopping.join();
  ASSERT_EQ(published.calls(), 1);
  const auto results = published.Get().value();
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_TRUE(absl::IsCancelled(results[0].status()));
  EXPECT_TRUE(absl::IsCancelled(results[1].status()));
  ASSERT_EQ(read.calls(), 1);
  EXPECT_TRUE(absl::IsCancelled(read.Get().value().status()));
}

}  // namespace
}  // namespace spanwire::broker

#include "spanwire/event_bus.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "absl/synchronization/notification.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/publisher_sdk/fake_bridge.h"

namespace spanwire {
namespace {

using ::testing::ElementsAre;
using testing::FakeBridge;
using ::testing::IsEmpty;

struct OrderPaid {
  int number = 0;
};
struct OrderLost {
  int number = 0;
};

TEST(EventBusTest, HandlersOfTheTypeAreCalledInOrderOfSubscription) {
  EventBus bus;
  std::vector<std::string> calls;
  auto first =
      bus.Subscribe<OrderPaid>([&](const OrderPaid& e) { calls.push_back("first " + std::to_string(e.number)); });
  auto second = bus.Subscribe<OrderPaid>([&](const OrderPaid&) { calls.push_back("second"); });
  auto other = bus.Subscribe<OrderLost>([&](const OrderLost&) { calls.push_back("other"); });
  bus.Publish(OrderPaid{42});
  EXPECT_THAT(calls, ElementsAre("first 42", "second"));
}

TEST(EventBusTest, ASubscriptionEndsWithItsObject) {
  EventBus bus;
  int calls = 0;
  {
    auto subscription = bus.Subscribe<OrderPaid>([&](const OrderPaid&) { ++calls; });
    Subscription moved = std::move(subscription);
    bus.Publish(OrderPaid{});
  }
  bus.Publish(OrderPaid{});
  EXPECT_EQ(calls, 1);
}

TEST(EventBusTest, ASubscriptionMayOutliveItsBus) {
  Subscription subscription;
  {
    EventBus bus;
    subscription = bus.Subscribe<OrderPaid>([](const OrderPaid&) {});
  }
  subscription.End();
}

TEST(EventBusTest, AHandlerThatThrowsIsReportedAndDoesNotStopTheOthers) {
  std::vector<std::string> reports;
  EventBus bus([&](std::type_index, const char* what) { reports.push_back(what); });
  int calls = 0;
  auto a = bus.Subscribe<OrderPaid>([](const OrderPaid&) { throw std::runtime_error("broken"); });
  auto b = bus.Subscribe<OrderPaid>([](const OrderPaid&) { throw 7; });
  auto c = bus.Subscribe<OrderPaid>([&](const OrderPaid&) { ++calls; });
  bus.Publish(OrderPaid{});
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(reports, ElementsAre("broken", "something that is no std::exception"));
}

TEST(EventBusTest, AHandlerMayEndItselfSubscribeAndPublish) {
  EventBus bus;
  std::vector<int> seen;
  Subscription nested;
  Subscription once;
  once = bus.Subscribe<OrderPaid>([&](const OrderPaid& event) {
    once.End();
    nested = bus.Subscribe<OrderPaid>([&](const OrderPaid& inner) { seen.push_back(inner.number); });
    bus.Publish(OrderPaid{event.number + 1});
  });
  bus.Publish(OrderPaid{1});
  EXPECT_THAT(seen, ElementsAre(2));
}

TEST(EventBusTest, EndWaitsForAHandlerOnAnotherThread) {
  EventBus bus;
  absl::Notification inside, go_on;
  std::atomic<bool> left = false;
  auto subscription = bus.Subscribe<OrderPaid>([&](const OrderPaid&) {
    inside.Notify();
    go_on.WaitForNotification();
    left = true;
  });
  std::thread publisher([&] { bus.Publish(OrderPaid{}); });
  inside.WaitForNotification();
  std::thread releaser([&] { go_on.Notify(); });
  subscription.End();
  EXPECT_TRUE(left);
  publisher.join();
  releaser.join();
}

TEST(EventBusTest, ManyThreadsMayPublishAndSubscribeAtOnce) {
  EventBus bus;
  std::atomic<int> calls = 0;
  auto counting = bus.Subscribe<OrderPaid>([&](const OrderPaid&) { ++calls; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        auto brief = bus.Subscribe<OrderPaid>([](const OrderPaid&) {});
        bus.Publish(OrderPaid{i});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(calls, 2000);
}

TEST(EventBusTest, ForwardPublishesWhatTheMappingMakes) {
  FakeBridge bridge;
  Publisher publisher({.target = bridge.target()});
  EventBus bus;
  auto plain = bus.Forward<OrderPaid>(publisher, [](const OrderPaid& event) {
    v1::SystemEvent message;
    message.set_name("paid-" + std::to_string(event.number));
    return message;
  });
  auto picky =
      bus.Forward<OrderLost>(publisher, [](const OrderLost& event) -> std::optional<Outgoing<v1::SystemEvent>> {
        if (event.number == 0) return std::nullopt;
        return Outgoing<v1::SystemEvent>{v1::SystemEvent(), {.topic = "lost:" + std::to_string(event.number)}};
      });
  bus.Publish(OrderPaid{1});
  bus.Publish(OrderLost{0});
  bus.Publish(OrderLost{2});
  ASSERT_TRUE(publisher.Flush(std::chrono::seconds(20)).ok());
  const auto accepted = bridge.accepted();
  ASSERT_EQ(accepted.size(), 2u);
  v1::SystemEvent message;
  ASSERT_TRUE(accepted[0].message().UnpackTo(&message));
  EXPECT_EQ(message.name(), "paid-1");
  EXPECT_EQ(accepted[1].topic(), "lost:2");
}

}  // namespace
}  // namespace spanwire

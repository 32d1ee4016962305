#include "spanwire/publisher.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/publisher_sdk/fake_bridge.h"

namespace spanwire {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeBridge;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Refusal;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr auto kLong = 20s;

// Collects what on_error is told.
class Errors {
 public:
  std::function<void(const PublishResult&)> Handler() {
    return [this](const PublishResult& failure) {
      absl::MutexLock lock(&mutex_);
      failures_.push_back(failure);
    };
  }
  std::vector<PublishResult> failures() {
    absl::MutexLock lock(&mutex_);
    return failures_;
  }
  bool Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return failures_.size() >= count; };
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
  }

 private:
  absl::Mutex mutex_;
  std::vector<PublishResult> failures_ ABSL_GUARDED_BY(mutex_);
};

class PublisherTest : public ::testing::Test {
 protected:
  PublisherOptions Options() {
    return {.target = bridge_.target(), .initial_backoff = 1ms, .max_backoff = 5ms, .on_error = errors_.Handler()};
  }

  static v1::SystemEvent Named(const std::string& name) {
    v1::SystemEvent message;
    message.set_name(name);
    return message;
  }

  static std::string NameOf(const v1::Event& event) {
    v1::SystemEvent message;
    return event.message().UnpackTo(&message) ? message.name() : "";
  }

  FakeBridge bridge_;
  Errors errors_;
};

TEST_F(PublisherTest, AFutureTellsWhereTheEventStands) {
  Publisher publisher(Options());
  const PublishResult result = publisher.Publish(Named("a"), {.topic = "orders:42"}).Get();
  EXPECT_TRUE(result.ok()) << result.status;
  EXPECT_EQ(result.topic, "orders:42");
  EXPECT_EQ(result.epoch, "fake");
  EXPECT_EQ(result.offset, 1u);
  EXPECT_FALSE(result.duplicate);
}

TEST_F(PublisherTest, ACallbackIsCalledOnceOnThePublishersThreadAndMayPublish) {
  Publisher publisher(Options());
  absl::Notification second_told;
  std::thread::id first_thread, second_thread;
  publisher.Publish(Named("first"), {}, [&](const PublishResult& result) {
    EXPECT_TRUE(result.ok());
    first_thread = std::this_thread::get_id();
    publisher.Publish(Named("second"), {}, [&](const PublishResult&) {
      second_thread = std::this_thread::get_id();
      second_told.Notify();
    });
  });
  ASSERT_TRUE(second_told.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_EQ(first_thread, second_thread);
  EXPECT_NE(first_thread, std::this_thread::get_id());
}

TEST_F(PublisherTest, JsonTextAndStructArePublished) {
  Publisher publisher(Options());
  google::protobuf::Struct json;
  (*json.mutable_fields())["a"].set_bool_value(true);
  EXPECT_TRUE(publisher.Publish(json, {.topic = "a", .type = "t"}).Get().ok());
  EXPECT_TRUE(publisher.Publish(JsonText{"{}"}, {.topic = "a", .type = "t"}).Get().ok());
  EXPECT_TRUE(bridge_.accepted()[0].has_json());
  EXPECT_EQ(bridge_.accepted()[1].json_text(), "{}");
}

TEST_F(PublisherTest, BroadcastsAreTheBuiltInMessages) {
  Publisher publisher(Options());
  publisher.BroadcastStats({{"cpu", 45.2}, {"mem", 60.1}});
  publisher.BroadcastRuleChange(7, "added");
  publisher.BroadcastSystemEvent("service_started", "up");
  publisher.BroadcastLog("warning", "disk is slow", "db");
  publisher.BroadcastAlert("critical", "CPU", "too hot", {{"host", "db1"}});
  publisher.BroadcastNotification("n1", "Hello", "World");
  publisher.BroadcastTaskUpdate("t1", "updated", "running", 0.5, "half");
  publisher.SendToUser("bob@example", Named("hi"), {.topic = "ignored"});
  ASSERT_TRUE(publisher.Flush(kLong).ok());
  const auto events = bridge_.accepted();
  ASSERT_THAT(events, SizeIs(8));

  v1::StatsUpdate stats;
  v1::Alert alert;
  v1::TaskUpdate task;
  v1::Notification notification;
  ASSERT_TRUE(events[0].message().UnpackTo(&stats));
  EXPECT_EQ(stats.metrics().at("cpu"), 45.2);
  EXPECT_TRUE(events[1].message().Is<v1::RuleChange>());
  EXPECT_EQ(NameOf(events[2]), "service_started");
  EXPECT_TRUE(events[3].message().Is<v1::Log>());
  ASSERT_TRUE(events[4].message().UnpackTo(&alert));
  EXPECT_EQ(alert.labels().at("host"), "db1");
  ASSERT_TRUE(events[5].message().UnpackTo(&notification));
  EXPECT_EQ(notification.level(), "info");
  ASSERT_TRUE(events[6].message().UnpackTo(&task));
  EXPECT_EQ(task.progress(), 0.5);
  EXPECT_EQ(events[7].topic(), "user:bob~40example");
}

TEST_F(PublisherTest, ABatchFormsWhileTheOneBeforeIsUnderWayAndOrderIsKept) {
  PublisherOptions options = Options();
  options.max_in_flight_messages = 1;
  options.max_batch_events = 50;
  Publisher publisher(options);
  bridge_.Hold();
  publisher.Publish(Named("0"));
  ASSERT_TRUE(bridge_.AwaitReceived(1));
  for (int i = 1; i <= 120; ++i) publisher.Publish(Named(std::to_string(i)));
  bridge_.Release();
  ASSERT_TRUE(publisher.Flush(kLong).ok());

  std::vector<size_t> sizes;
  for (const auto& message : bridge_.received()) sizes.push_back(message.events.size());
  EXPECT_THAT(sizes, ElementsAre(1, 50, 50, 20));
  const auto events = bridge_.accepted();
  ASSERT_THAT(events, SizeIs(121));
  for (int i = 0; i <= 120; ++i) EXPECT_EQ(NameOf(events[i]), std::to_string(i));
}

TEST_F(PublisherTest, SequencesAscendUnderOneProducerId) {
  Publisher publisher(Options());
  publisher.Publish(Named("a")).Get();
  publisher.Publish(Named("b")).Get();
  const auto received = bridge_.received();
  ASSERT_THAT(received, SizeIs(2));
  EXPECT_EQ(received[0].sequence, 1u);
  EXPECT_EQ(received[1].sequence, 2u);
  EXPECT_THAT(received[0].producer_id, AllOf(SizeIs(32), received[1].producer_id));
  Publisher other(Options());
  other.Publish(Named("c")).Get();
  EXPECT_NE(bridge_.received()[2].producer_id, received[0].producer_id);
}

TEST_F(PublisherTest, ARefusedEventSpoilsOnlyItself) {
  Publisher publisher(Options());
  bridge_.RefuseNextEvents(1, Refusal(grpc::StatusCode::FAILED_PRECONDITION, "UNKNOWN_TYPE"));
  auto bad = publisher.Publish(Named("bad"));
  auto good = publisher.Publish(Named("good"));
  const PublishResult refused = bad.Get();
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.reason, "UNKNOWN_TYPE");
  EXPECT_TRUE(good.Get().ok());
}

TEST_F(PublisherTest, AFailureNobodyLooksAtGoesToOnErrorAndOneSeenDoesNot) {
  Publisher publisher(Options());
  const auto bad = Refusal(grpc::StatusCode::INVALID_ARGUMENT, "BAD_TOPIC");
  bridge_.RefuseNextEvents(4, bad);
  publisher.Publish(Named("dropped at once"), {.topic = "1"});
  ASSERT_TRUE(errors_.Await(1));
  {
    auto late = publisher.Publish(Named("dropped when told"), {.topic = "2"});
    ASSERT_TRUE(late.WaitFor(kLong));
  }
  ASSERT_TRUE(errors_.Await(2));
  EXPECT_FALSE(publisher.Publish(Named("seen"), {.topic = "3"}).Get().ok());
  absl::Notification told;
  publisher.Publish(Named("told"), {.topic = "4"}, [&](const PublishResult&) { told.Notify(); });
  told.WaitForNotification();
  EXPECT_EQ(publisher.Flush(kLong).code(), absl::StatusCode::kAborted);
  EXPECT_THAT(errors_.failures(), ElementsAre(Field(&PublishResult::topic, "1"), Field(&PublishResult::topic, "2")));
}

TEST_F(PublisherTest, AnEmptyCallbackIsNobodyLooking) {
  Publisher publisher(Options());
  bridge_.RefuseNextEvents(1, Refusal(grpc::StatusCode::INVALID_ARGUMENT, "BAD_TOPIC"));
  publisher.Publish(Named("a"), {}, nullptr);
  EXPECT_TRUE(errors_.Await(1));
}

TEST_F(PublisherTest, ACallbackThatThrowsIsReportedAndStopsNothing) {
  Publisher publisher(Options());
  publisher.Publish(Named("a"), {}, [](const PublishResult&) { throw std::runtime_error("broken"); });
  ASSERT_TRUE(errors_.Await(1));
  EXPECT_EQ(errors_.failures()[0].reason, "CALLBACK_THREW");
  EXPECT_TRUE(publisher.Publish(Named("b")).Get().ok());
}

TEST_F(PublisherTest, AnUnreadableEventIsRefusedWithoutHarmToTheOthers) {
  Publisher publisher(Options());
  auto before = publisher.Publish(Named("a"));
  auto bad = publisher.Publish(JsonText{"\xff"}, {.topic = "a", .type = "t"});
  auto after = publisher.Publish(Named("b"));
  EXPECT_TRUE(before.Get().ok());
  EXPECT_EQ(bad.Get().reason, "EVENT_UNREADABLE");
  EXPECT_TRUE(after.Get().ok());
  EXPECT_EQ(bridge_.streams_opened(), 1);
}

TEST_F(PublisherTest, TraceIdsComeFromTheEventOrThePublisher) {
  PublisherOptions options = Options();
  options.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  Publisher publisher(options);
  publisher.Publish(Named("a")).Get();
  publisher.Publish(Named("b"), {.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"}).Get();
  EXPECT_EQ(bridge_.accepted()[0].trace_id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(bridge_.accepted()[1].trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST_F(PublisherTest, AFullBufferRefusesAtOnceAndInTheCallback) {
  PublisherOptions options = Options();
  options.buffer_events = 2;
  Publisher publisher(options);
  bridge_.Hold();
  auto first = publisher.Publish(Named("1"));
  auto second = publisher.Publish(Named("2"));
  auto third = publisher.Publish(Named("3"));
  EXPECT_TRUE(third.WaitFor(0ms)) << "at once";
  EXPECT_EQ(third.Get().reason, "BUFFER_FULL");
  absl::Notification told;
  publisher.Publish(Named("4"), {.topic = "t"}, [&](const PublishResult& result) {
    EXPECT_EQ(result.status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(result.topic, "t");
    told.Notify();
  });
  EXPECT_TRUE(told.WaitForNotificationWithTimeout(absl::Seconds(20)));
  bridge_.Release();
  EXPECT_TRUE(first.Get().ok());
  EXPECT_TRUE(second.Get().ok());
  EXPECT_EQ(publisher.Flush(kLong).code(), absl::StatusCode::kAborted) << "two were refused";
  EXPECT_TRUE(publisher.Publish(Named("5")).Get().ok()) << "there is room again";
}

TEST_F(PublisherTest, ABufferIsFullByBytesToo) {
  PublisherOptions options = Options();
  options.buffer_bytes = 1000;
  Publisher publisher(options);
  bridge_.Hold();
  auto first = publisher.Publish(Named(std::string(900, 'x')));
  EXPECT_EQ(publisher.Publish(Named(std::string(200, 'x'))).Get().reason, "BUFFER_FULL");
  bridge_.Release();
  EXPECT_TRUE(first.Get().ok());
}

TEST_F(PublisherTest, PublishWaitsForRoomWhereAsked) {
  PublisherOptions options = Options();
  options.buffer_events = 1;
  options.overflow_wait = kLong;
  Publisher publisher(options);
  bridge_.Hold();
  publisher.Publish(Named("1"));
  ASSERT_TRUE(bridge_.AwaitReceived(1));
  std::thread releaser([&] { bridge_.Release(); });
  EXPECT_TRUE(publisher.Publish(Named("2")).Get().ok());
  releaser.join();
}

TEST_F(PublisherTest, WaitingForRoomEndsWithTheWait) {
  PublisherOptions options = Options();
  options.buffer_events = 1;
  options.overflow_wait = 5ms;
  options.close_deadline = 0ms;
  bridge_.Hold();
  Publisher publisher(options);
  publisher.Publish(Named("1"), {}, [](const PublishResult&) {});
  EXPECT_EQ(publisher.Publish(Named("2")).Get().reason, "BUFFER_FULL");
}

TEST_F(PublisherTest, WaitingForRoomEndsAtOnceWhenThePublisherIsClosed) {
  PublisherOptions options = Options();
  options.buffer_events = 1;
  options.overflow_wait = 2 * kLong;
  Publisher publisher(options);
  bridge_.Hold();
  publisher.Publish(Named("1"));
  std::thread closer([&] { EXPECT_TRUE(publisher.Close(kLong).ok()) << "the wait lasted as long as the close"; });
  EXPECT_EQ(publisher.Publish(Named("2")).Get().reason, "PUBLISHER_CLOSED");
  bridge_.Release();
  closer.join();
}

TEST_F(PublisherTest, FlushWaitsForWhatWasPublishedBeforeAndGivesUpInTime) {
  Publisher publisher(Options());
  EXPECT_TRUE(publisher.Flush(0ms).ok()) << "nothing to wait for";
  bridge_.Hold();
  bool told = false;
  publisher.Publish(Named("a"), {}, [&](const PublishResult&) { told = true; });
  EXPECT_EQ(publisher.Flush(1ms).code(), absl::StatusCode::kDeadlineExceeded);
  bridge_.Release();
  EXPECT_TRUE(publisher.Flush(kLong).ok());
  EXPECT_TRUE(told);
}

TEST_F(PublisherTest, FlushAndCloseInACallbackAreRefused) {
  Publisher publisher(Options());
  absl::Notification told;
  publisher.Publish(Named("a"), {}, [&](const PublishResult&) {
    EXPECT_EQ(publisher.Flush(kLong).code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(publisher.Close(kLong).code(), absl::StatusCode::kFailedPrecondition);
    told.Notify();
  });
  EXPECT_TRUE(told.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

TEST_F(PublisherTest, CloseDeliversWhatIsHeldThenRefuses) {
  Publisher publisher(Options());
  int told = 0;
  for (int i = 0; i < 1000; ++i) publisher.Publish(Named("a"), {}, [&](const PublishResult& r) { told += r.ok(); });
  EXPECT_TRUE(publisher.Close(kLong).ok());
  EXPECT_EQ(told, 1000);
  EXPECT_THAT(bridge_.accepted(), SizeIs(1000));
  EXPECT_EQ(publisher.Publish(Named("b")).Get().reason, "PUBLISHER_CLOSED");
  std::string reason;
  publisher.Publish(Named("c"), {}, [&](const PublishResult& result) { reason = result.reason; });
  EXPECT_EQ(reason, "PUBLISHER_CLOSED");
  EXPECT_TRUE(publisher.Close(kLong).ok());
}

TEST_F(PublisherTest, TheDestructorGivesUpInTimeAndFailsWhatIsLeft) {
  bridge_.Hold();
  std::vector<absl::StatusCode> codes;
  {
    PublisherOptions options = Options();
    options.close_deadline = 10ms;
    Publisher publisher(options);
    for (int i = 0; i < 3; ++i) {
      publisher.Publish(Named("a"), {}, [&](const PublishResult& result) { codes.push_back(result.status.code()); });
    }
  }
  EXPECT_THAT(codes, AllOf(SizeIs(3), Each(absl::StatusCode::kCancelled)));
}

TEST_F(PublisherTest, AFutureMayOutliveItsPublisher) {
  auto publisher = std::make_unique<Publisher>(Options());
  auto good = publisher->Publish(Named("a"));
  publisher.reset();
  EXPECT_TRUE(good.Get().ok());
}

TEST_F(PublisherTest, ManyThreadsMayPublishAtOnce) {
  Publisher publisher(Options());
  std::atomic<int> told = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) publisher.Publish(Named("a"), {}, [&](const PublishResult& r) { told += r.ok(); });
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_TRUE(publisher.Flush(kLong).ok());
  EXPECT_EQ(told, 4000);
  EXPECT_THAT(errors_.failures(), IsEmpty());
  const PublisherStats stats = publisher.Stats();
  EXPECT_EQ(stats.acknowledged, 4000u);
  EXPECT_EQ(stats.queued + stats.in_flight + stats.failed + stats.held_bytes, 0u);
  EXPECT_TRUE(stats.connected);
}

}  // namespace
}  // namespace spanwire

// Clients that take less than is published to them, and topics that are throttled, through a session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/session_fixture.h"

namespace spanwire::session {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SlowClientTest : public SessionTest {
 protected:
  SlowClientTest() {
    policies_.Replace({{.match = "latest", .slow_latest = true},
                       {.match = "keyed", .conflate = "v", .slow_latest = true},
                       {.match = "throttled", .throttle = {.window = absl::Milliseconds(100), .max_batch = 2}},
                       {.match = "both",
                        .throttle = {.window = absl::Milliseconds(100), .max_batch = 2},
                        .conflate = "v",
                        .slow_latest = true}});
    out_->on_send = [this] { cursors_.push_back(session_->SafeCursor().value_or("none")); };
  }
  void Subscribe(const std::string& topic) {
    Say(fmt::format(R"({{"action":"subscribe","topic":"{}"}})", topic));
    Settle();
    TakeWords();
    cursors_.clear();
  }
  // Nothing more fits the share of topics that keep the latest.
  void Stall() { out_->queued = settings_.limits.outbound_queue_bytes / 2; }
  void Resume() {
    out_->queued = 0;
    session_->OnWritable();
    Settle();
  }
  void Publish(const std::string& topic, const std::vector<std::string>& values) {
    std::vector<std::pair<std::string, std::string>> events;
    for (const std::string& value : values) events.emplace_back(topic, value);
    broker_.PublishAll(events);
    Settle();
  }
  std::string PongCursor() {
    Say(R"({"action":"ping"})");
    return std::string(Take().back().at("data").at("cursor").as_string());
  }
  observe::PatternCounts& counts(std::string_view pattern) { return shard_.metrics().patterns.Of(pattern); }

  std::vector<std::string> cursors_;
};

TEST_F(SlowClientTest, OfATopicWithLatestItGetsTheNewestWhenItTakesMore) {
  Subscribe("latest");
  Stall();
  Publish("latest", {"a", "b"});
  Publish("latest", {"c"});
  EXPECT_THAT(TakeWords(), IsEmpty());
  EXPECT_EQ(PongCursor(), "e1-2") << "before what waits";
  EXPECT_EQ(session_->Subscriptions()[0].position, 2u);
  Resume();
  EXPECT_THAT(TakeWords(), ElementsAre("3 latest"));
  Publish("latest", {"d"});
  EXPECT_THAT(TakeWords(), ElementsAre("4 latest"));
  EXPECT_EQ(counts("latest").conflated.Value(), 2u);
  EXPECT_FALSE(out_->closed);
}

TEST_F(SlowClientTest, OfAKeyedTopicItGetsTheNewestOfEachKeyInOrder) {
  Subscribe("keyed");
  Stall();
  Publish("keyed", {"k", "l", "k", "m", "l", "k"});
  cursors_.clear();
  Resume();
  EXPECT_THAT(TakeWords(), ElementsAre("4 keyed", "5 keyed", "6 keyed"));
  EXPECT_THAT(cursors_, ElementsAre("e1-4", "e1-5", "e1-6"));
  EXPECT_EQ(counts("keyed").conflated.Value(), 3u);
}

TEST_F(SlowClientTest, WhatWaitsGoesOutAsFarAsItFits) {
  Subscribe("keyed");
  Stall();
  const std::string large(200 * 1024, 'x');
  Publish("keyed", {"1" + large, "2" + large, "3" + large, "4" + large});
  out_->stalled = true;
  Resume();
  EXPECT_THAT(TakeWords(), ElementsAre("1 keyed", "2 keyed"));
  EXPECT_EQ(PongCursor(), "e1-2");
  Publish("keyed", {"2" + large});
  EXPECT_THAT(TakeWords(), IsEmpty()) << "it waits behind the others";
  out_->stalled = false;
  Resume();
  EXPECT_THAT(TakeWords(), ElementsAre("3 keyed", "4 keyed", "5 keyed"));
}

TEST_F(SlowClientTest, MoreKeysThanMayWaitAreReadFromHistory) {
  settings_.limits.latest_events = 10;
  Subscribe("keyed");
  Stall();
  std::vector<std::string> keys;
  for (size_t i = 0; i <= settings_.limits.latest_events; ++i) keys.push_back(std::to_string(i));
  Publish("keyed", keys);
  EXPECT_EQ(PongCursor(), "e1-0");
  Resume();
  const std::vector<std::string> words = TakeWords();
  ASSERT_EQ(words.size(), keys.size());
  EXPECT_EQ(words.front(), "1 keyed");
  Publish("keyed", {"x"});
  EXPECT_THAT(TakeWords(), ElementsAre(fmt::format("{} keyed", keys.size() + 1))) << "and it is live again";
}

TEST_F(SlowClientTest, AsManyKeysAsMayWaitDo) {
  settings_.limits.latest_events = 10;
  Subscribe("keyed");
  Stall();
  std::vector<std::string> keys;
  for (size_t i = 0; i < settings_.limits.latest_events; ++i) keys.push_back(std::to_string(i));
  Publish("keyed", keys);
  EXPECT_TRUE(session_->Subscriptions()[0].live);
  Resume();
  EXPECT_EQ(TakeWords().size(), keys.size());
}

TEST_F(SlowClientTest, WhatWaitsGoesWithALogThatIsReplaced) {
  Subscribe("latest");
  Stall();
  Publish("latest", {"a"});
  broker_.Reset("e2");
  Settle();
  Resume();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription latest e2-0 lost"));
}

TEST_F(SlowClientTest, SubscribingAgainFromACursorForgetsWhatWaits) {
  Subscribe("latest");
  Publish("latest", {"a"});
  TakeWords();
  Stall();
  Publish("latest", {"b", "c"});
  Say(R"({"action":"subscribe","topic":"latest","since":"e1-1"})");
  Resume();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription latest e1-1 recovered", "2 latest", "3 latest"));
}

TEST_F(SlowClientTest, OtherTopicsAreSentAndTheOneThatFillsTheQueueIsCounted) {
  Subscribe("plain");
  out_->stalled = true;
  out_->queued = settings_.limits.outbound_queue_bytes;
  Publish("plain", {"a"});
  EXPECT_THAT(TakeWords(), ElementsAre("1 plain")) << "the transport decides what becomes of it";
  session_->Disconnect(CloseCode::kSlowConsumer, "slow");
  EXPECT_EQ(counts("*").slow_closed.Value(), 1u);
}

TEST_F(SlowClientTest, ACloseForAnotherReasonIsNoSlowOne) {
  Subscribe("plain");
  Publish("plain", {"a"});
  session_->Disconnect(CloseCode::kSlowConsumer, "the queue was filled by replies");
  EXPECT_EQ(counts("*").slow_closed.Value(), 0u);
}

TEST_F(SlowClientTest, ABatchIsOneMessageAndAsManyDeliveries) {
  Subscribe("throttled");
  const uint64_t before = session_->messages_sent();
  Publish("throttled", {"a", "b", "c", "d"});
  Pass(std::chrono::milliseconds(100));
  EXPECT_THAT(TakeWords(), ElementsAre("1 throttled", "batch throttled [3 4 +1]"));
  EXPECT_THAT(cursors_, ElementsAre("e1-1", "e1-4"));
  EXPECT_EQ(session_->messages_sent() - before, 2u);
  EXPECT_EQ(shard_.metrics().deliveries.Value(), 3u);
}

TEST_F(SlowClientTest, PositionsStayBeforeWhatAThrottleHolds) {
  Subscribe("throttled");
  Subscribe("plain");
  Publish("throttled", {"a", "b"});
  Publish("plain", {"a"});
  TakeWords();
  EXPECT_EQ(PongCursor(), "e1-1");
  Say(R"({"action":"subscribe","topic":"throttled"})");
  EXPECT_THAT(TakeWords(), ElementsAre("subscription throttled e1-1"));
  Pass(std::chrono::milliseconds(100));
  EXPECT_THAT(TakeWords(), ElementsAre("2 throttled"));
  EXPECT_EQ(PongCursor(), "e1-3");
}

TEST_F(SlowClientTest, AReplayIsNotThrottledAndStopsWhereTheWindowTakesOver) {
  auto other = std::make_unique<RecordingOutbound>();
  auto live = std::make_shared<Session>(shard_, settings_, *other, Admission{});
  live->OnMessage(R"({"action":"subscribe","topic":"throttled"})");
  Settle();
  Publish("throttled", {"a"});
  Pass(std::chrono::milliseconds(100));
  Publish("throttled", {"b", "c", "d"});  // 2 goes out, 3 and 4 are held
  Say(R"({"action":"subscribe","topic":"throttled","since":"e1-0"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription throttled e1-0 recovered", "1 throttled", "2 throttled"));
  Pass(std::chrono::milliseconds(100));
  EXPECT_THAT(TakeWords(), ElementsAre("batch throttled [3 4 +0]"));
  live->Shutdown();
}

TEST_F(SlowClientTest, ACursorAmongWhatIsHeldWaitsForTheWindow) {
  auto other = std::make_unique<RecordingOutbound>();
  auto live = std::make_shared<Session>(shard_, settings_, *other, Admission{});
  live->OnMessage(R"({"action":"subscribe","topic":"throttled"})");
  Settle();
  Publish("throttled", {"a", "b", "c"});  // 2 and 3 are held
  Say(R"({"action":"subscribe","topic":"throttled","since":"e1-2"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription throttled e1-2 recovered"));
  Pass(std::chrono::milliseconds(100));
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("3 throttled")) << "not the batch that repeats 2";
  Pass(std::chrono::milliseconds(100));
  Publish("throttled", {"d"});
  EXPECT_THAT(TakeWords(), ElementsAre("4 throttled"));
  live->Shutdown();
}

TEST_F(SlowClientTest, ASlowClientGetsTheEventsOfABatchAsTheNewestOfTheirKeys) {
  Subscribe("both");
  Publish("both", {"k"});
  Stall();
  Publish("both", {"k", "l"});
  Pass(std::chrono::milliseconds(100));
  Publish("both", {"l", "m"});
  Pass(std::chrono::milliseconds(100));
  EXPECT_THAT(TakeWords(), ElementsAre("1 both"));
  Resume();
  EXPECT_THAT(TakeWords(), ElementsAre("2 both", "4 both", "5 both"));
}

}  // namespace
}  // namespace spanwire::session

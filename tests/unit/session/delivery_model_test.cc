// Plays random histories of publishing, subscribing, resuming, discarding, losing the log, throttling, stalling and
// answering in every order, and checks what a client received against what it was promised.
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/session_fixture.h"

namespace spanwire::session {
namespace {

constexpr size_t kMaxBatch = 2;
constexpr std::chrono::milliseconds kWindow{100};

// What was published to one topic in one log: offset and key.
using Published = std::map<uint64_t, std::string>;

// What the client knows of one topic, by the rules of docs/protocol.md, section 4.
struct TopicView {
  bool subscribed = false;
  std::string epoch;
  uint64_t position = 0;
  // Of a topic that keeps the latest: by key, the last event that was passed over and must be made up for by a newer
  // one.
  std::map<std::string, uint64_t> owed;
};

class DeliveryModelTest : public SessionTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  // The inbox overflows now and then.
  DeliveryModelTest() : SessionTest(/*inbox_events=*/16) {
    const config::ThrottlePolicy throttle{.window = absl::FromChrono(kWindow), .max_batch = kMaxBatch};
    policies_.Replace({{.match = "throttled", .throttle = throttle},
                       {.match = "conflated", .throttle = throttle, .conflate = "v"},
                       {.match = "latest", .conflate = "v", .slow_latest = true},
                       {.match = "newest", .throttle = throttle, .slow_latest = true}});
  }

  uint32_t Pick(uint32_t n) { return random_() % n; }
  const std::string& PickTopic() { return names_[Pick(static_cast<uint32_t>(names_.size()))]; }

  static bool KeepsLatest(const std::string& topic) { return topic == "latest" || topic == "newest"; }
  static std::string KeyOf(const std::string& topic, const std::string& value) {
    return topic == "newest" ? "" : value;
  }

  const Published& PublishedIn(const std::string& epoch, const std::string& topic) { return published_[epoch][topic]; }
  // 0: none.
  uint64_t NextAfter(const TopicView& view, const std::string& topic, uint64_t position) {
    const Published& all = PublishedIn(view.epoch, topic);
    const auto next = all.upper_bound(position);
    return next == all.end() ? 0 : next->first;
  }

  // Checks messages against the promise and moves the views on. Called from within every send.
  void Check() {
    for (const boost::json::object& message : Take()) {
      const std::string topic(message.at("topic").as_string());
      const std::string type(message.at("type").as_string());
      history_.push_back("  <- " + Word(message));
      TopicView& view = views_[topic];
      if (message.at("data").as_object().contains("id")) --asked_[topic];
      if (type == "subscription") {
        CheckSubscription(view, message.at("data").as_object());
      } else if (type == "unsubscription") {
        view = {};
      } else {
        ASSERT_TRUE(view.subscribed) << "an event outside a subscription: " << boost::json::serialize(message);
        if (type == "batch") {
          CheckBatch(topic, view, message.at("data").as_object());
        } else {
          ASSERT_TRUE(message.contains("offset")) << boost::json::serialize(message);
          CheckEvent(topic, view, static_cast<uint64_t>(message.at("offset").as_int64()));
        }
      }
      if (HasFatalFailure()) return;
    }
    CheckSafeCursor();
  }

  void CheckSubscription(TopicView& view, const boost::json::object& data) {
    const auto cursor = model::ParseCursor(std::string(data.at("cursor").as_string()));
    ASSERT_TRUE(cursor.ok());
    // An answer to a subscription that stands changes nothing.
    const bool stands = view.subscribed && !data.contains("recovered");
    if (!stands) view.owed.clear();
    view.subscribed = true;
    view.epoch = cursor->epoch;
    view.position = cursor->offset;
  }

  void CheckEvent(const std::string& topic, TopicView& view, uint64_t offset) {
    ASSERT_GT(offset, view.position) << "a repeat on " << topic;
    if (!KeepsLatest(topic)) {
      ASSERT_EQ(offset, NextAfter(view, topic, view.position)) << "a gap on " << topic;
    }
    Receive(topic, view, offset);
  }

  // What lies between the position and this event was passed over.
  void Receive(const std::string& topic, TopicView& view, uint64_t offset) {
    const Published& all = PublishedIn(view.epoch, topic);
    ASSERT_TRUE(all.contains(offset)) << topic << " " << offset;
    for (auto passed = all.upper_bound(view.position); passed->first != offset; ++passed) {
      view.owed[KeyOf(topic, passed->second)] = passed->first;
    }
    view.owed.erase(KeyOf(topic, all.at(offset)));
    view.position = offset;
  }

  // A batch brings the newest of its window, of each key where there are keys, and counts the rest: together they are
  // all that was published from the position to its last event.
  void CheckBatch(const std::string& topic, TopicView& view, const boost::json::object& data) {
    std::vector<uint64_t> offsets;
    for (const auto& event : data.at("messages").as_array()) {
      offsets.push_back(static_cast<uint64_t>(event.at("offset").as_int64()));
    }
    const auto dropped = static_cast<uint64_t>(data.at("dropped").as_int64());
    ASSERT_EQ(data.at("count").as_int64(), static_cast<int64_t>(offsets.size()));
    ASSERT_GT(offsets.size() + dropped, 1u) << "one event goes out as itself";
    const Published& all = PublishedIn(view.epoch, topic);
    std::map<std::string, uint64_t> newest;
    std::vector<uint64_t> expected;
    uint64_t window = 0;
    for (auto event = all.upper_bound(view.position); event != all.end() && event->first <= offsets.back(); ++event) {
      ++window;
      if (topic == "conflated") {
        const auto older = newest.find(event->second);
        if (older != newest.end()) std::erase(expected, older->second);
        newest[event->second] = event->first;
      }
      expected.push_back(event->first);
      if (expected.size() > kMaxBatch) expected.erase(expected.begin());
    }
    ASSERT_EQ(offsets, expected) << topic;
    ASSERT_EQ(offsets.size() + dropped, window) << topic;
    if (KeepsLatest(topic)) view.owed.clear();  // its only key is made up for
    view.position = offsets.back();
  }

  // Whoever resumes from it misses nothing that was not delivered.
  void CheckSafeCursor() {
    const std::optional<std::string> text = session_->SafeCursor();
    if (!text) return;
    const model::Cursor cursor = model::ParseCursor(*text).value();
    for (const auto& [topic, view] : views_) {
      // One that is about to begin anew begins where the client wants it to.
      if (!view.subscribed || asked_[topic] > 0 || view.epoch != cursor.epoch || KeepsLatest(topic)) continue;
      const uint64_t next = NextAfter(view, topic, view.position);
      ASSERT_TRUE(next == 0 || next > cursor.offset) << *text << " skips " << next << " on " << topic;
    }
  }

  void SubscribeWithHistory(const std::string& topic) {
    Ask(topic, "subscribe", fmt::format(R"(,"since":"zz-1","history":{})", Pick(4)));
  }
  void SubscribeSince(const std::string& topic) {
    const uint64_t since = Pick(static_cast<uint32_t>(broker_.head()) + 1);
    Ask(topic, "subscribe", fmt::format(R"(,"since":"{}-{}")", broker_.epoch(), since));
  }
  void Publish() {
    std::vector<std::pair<std::string, std::string>> batch(1 + Pick(4), {PickTopic(), ""});
    batch.back().first = PickTopic();
    for (auto& event : batch) event.second = std::string(1, static_cast<char>('k' + Pick(3)));
    // Known before it can be received.
    uint64_t offset = broker_.head();
    for (const auto& [topic, value] : batch) published_[broker_.epoch()][topic][++offset] = value;
    history_.push_back(fmt::format("publish {} .. {} up to {}", batch[0].first, batch.back().first, offset));
    broker_.PublishAll(batch);
  }
  void Discard(const std::string& topic, uint64_t through) {
    history_.push_back(fmt::format("discard {} {}", topic, through));
    broker_.Discard(topic, through);
  }
  void StallOrResume() {
    const size_t lengths[] = {0, 0, session_->low_watermark() + 1, settings_.limits.outbound_queue_bytes};
    out_->queued = lengths[Pick(4)];
    history_.push_back(fmt::format("queued {}", out_->queued));
    if (out_->queued == 0) session_->OnWritable();
  }
  void Ask(const std::string& topic, const std::string& verb, const std::string& members) {
    ++asked_[topic];
    history_.push_back(fmt::format("{} {} {}", verb, topic, members));
    Say(fmt::format(R"({{"action":"{}","topic":"{}","id":1{}}})", verb, topic, members));
  }
  void Step() {
    switch (Pick(14)) {
      case 0:
        return Ask(PickTopic(), "subscribe", "");
      case 1:
        return Pick(8) == 0 ? SubscribeWithHistory(PickTopic()) : SubscribeSince(PickTopic());
      case 2:
        return Ask(PickTopic(), "unsubscribe", "");
      case 3:
        if (broker_.head() > 4 && Pick(4) == 0) Discard(PickTopic(), broker_.head() - 4);
        return;
      case 4:
        return StallOrResume();
      case 5:
      case 6:
      case 7:
        history_.emplace_back("answer");
        broker_.AnswerOne();
        return;
      case 8:
      case 9:
        history_.emplace_back("run");
        return RunShard();
      case 10:
        history_.emplace_back("pass");
        return Pass(std::chrono::milliseconds(10 * Pick(12)));
      case 11:
        if (Pick(20) != 0) return;
        history_.emplace_back("reset");
        return broker_.Reset(fmt::format("e{}", ++logs_));
      default:
        return Publish();
    }
  }

  std::mt19937 random_{GetParam()};
  const std::vector<std::string> names_ = {"plain", "throttled", "conflated", "latest", "newest"};
  std::map<std::string, std::map<std::string, Published>> published_;  // by epoch and topic
  std::map<std::string, TopicView> views_;
  std::vector<std::string> history_;  // what was done and received, for whoever must find out why
  std::map<std::string, int> asked_;  // requests not yet answered
  int logs_ = 1;
};

TEST_P(DeliveryModelTest, EveryEventComesOnceAndInOrderOrIsReported) {
  broker_.page_size = 1 + Pick(3);
  settings_.limits.client_message_burst = 1e9;
  NewSession();
  out_->on_send = [this] {
    if (!HasFatalFailure()) Check();
  };
  for (int step = 0; step < 400 && !HasFatalFailure(); ++step) Step();
  out_->queued = 0;
  for (int windows = 0; windows < 3 && !HasFatalFailure(); ++windows) {
    session_->OnWritable();
    Settle();
    Pass(kWindow);
  }
  for (const auto& [topic, view] : views_) {
    if (!view.subscribed || HasFatalFailure()) continue;
    EXPECT_EQ(view.epoch, broker_.epoch()) << topic;
    EXPECT_EQ(NextAfter(view, topic, view.position), 0u) << topic << " is not complete";
    if (KeepsLatest(topic)) {
      EXPECT_THAT(view.owed, ::testing::IsEmpty()) << topic << " was passed over for nothing";
    }
  }
  if (HasFailure()) {
    for (const std::string& line : history_) std::puts(line.c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryModelTest, ::testing::Range(0u, 300u));

}  // namespace
}  // namespace spanwire::session

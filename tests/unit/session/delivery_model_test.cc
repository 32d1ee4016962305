// Plays random histories of publishing, subscribing, resuming, discarding and answering in every order, and checks what
// a client received against what it was promised.
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/session_fixture.h"

namespace spanwire::session {
namespace {

// What the client knows of one topic, by the rules of docs/protocol.md, section 4.
struct TopicView {
  bool subscribed = false;
  uint64_t position = 0;
};

class DeliveryModelTest : public SessionTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  // Checks messages against the promise and moves the views on.
  void Check() {
    for (const boost::json::object& message : Take()) {
      const std::string topic(message.at("topic").as_string());
      const std::string type(message.at("type").as_string());
      TopicView& view = views_[topic];
      if (type == "subscription") {
        view.subscribed = true;
        const auto cursor = model::ParseCursor(std::string(message.at("data").at("cursor").as_string()));
        ASSERT_TRUE(cursor.ok());
        view.position = cursor->offset;
      } else if (type == "unsubscription") {
        view.subscribed = false;
      } else {
        ASSERT_TRUE(message.contains("offset")) << boost::json::serialize(message);
        ASSERT_TRUE(view.subscribed) << "an event outside a subscription: " << boost::json::serialize(message);
        const auto offset = static_cast<uint64_t>(message.at("offset").as_int64());
        ASSERT_EQ(offset, NextAfter(topic, view.position)) << "a gap or a repeat on " << topic;
        view.position = offset;
      }
    }
  }
  uint64_t NextAfter(const std::string& topic, uint64_t position) const {
    const std::vector<uint64_t>& all = published_.at(topic);
    const auto next = std::upper_bound(all.begin(), all.end(), position);
    return next == all.end() ? 0 : *next;
  }

  std::map<std::string, std::vector<uint64_t>> published_ = {{"a", {}}, {"b", {}}, {"c", {}}};
  std::map<std::string, TopicView> views_;
};

TEST_P(DeliveryModelTest, EveryEventComesOnceAndInOrderOrIsReportedLost) {
  std::mt19937 random(GetParam());
  const auto pick = [&](uint32_t n) { return random() % n; };
  broker_.page_size = 1 + pick(3);
  settings_.limits.client_message_burst = 1e9;
  NewSession();
  const std::vector<std::string> names = {"a", "b", "c"};
  for (int step = 0; step < 400; ++step) {
    const std::string& topic = names[pick(3)];
    switch (pick(10)) {
      case 0:
        Say(fmt::format(R"({{"action":"subscribe","topic":"{}"}})", topic));
        break;
      case 1: {
        if (pick(8) == 0) {
          Say(fmt::format(R"({{"action":"subscribe","topic":"{}","since":"zz-1","history":{}}})", topic, pick(4)));
          break;
        }
        const uint64_t since = broker_.head() == 0 ? 0 : pick(static_cast<uint32_t>(broker_.head()) + 1);
        Say(fmt::format(R"({{"action":"subscribe","topic":"{}","since":"e1-{}"}})", topic, since));
        break;
      }
      case 2:
        Say(fmt::format(R"({{"action":"unsubscribe","topic":"{}"}})", topic));
        break;
      case 3:
        if (broker_.head() > 4 && pick(4) == 0) broker_.Discard(topic, broker_.head() - 4);
        break;
      case 4:
        out_->queued = pick(2) == 0 ? 0 : session_->low_watermark() + 1;
        if (out_->queued == 0) session_->OnWritable();
        break;
      case 5:
      case 6:
        broker_.AnswerOne();
        break;
      case 7:
        RunShard();
        break;
      default: {
        std::vector<std::pair<std::string, std::string>> batch(1 + pick(4), {topic, "x"});
        batch.back().first = names[pick(3)];
        for (const model::EnvelopePtr& event : broker_.PublishAll(batch)) {
          published_[event->topic()->name].push_back(event->offset());
        }
      }
    }
    Check();
    if (HasFatalFailure()) return;
  }
  out_->queued = 0;
  session_->OnWritable();
  Settle();
  Check();
  for (const auto& [topic, view] : views_) {
    if (view.subscribed && !HasFatalFailure()) {
      EXPECT_EQ(NextAfter(topic, view.position), 0u) << topic << " is not complete";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryModelTest, ::testing::Range(0u, 300u));

}  // namespace
}  // namespace spanwire::session

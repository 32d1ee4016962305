#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "bridge/fanout/fanout.h"
#include "bridge/model/cursor.h"
#include "bridge/session/session.h"
#include "tests/support/manual_broker.h"

namespace spanwire::session {

// Remembers what a client would have received.
class RecordingOutbound final : public Outbound {
 public:
  void Send(const model::EnvelopePtr& envelope) override {
    Receive(*envelope);
    if (on_send) on_send();
  }
  void SendRun(const fanout::Run& run) override {
    for (const model::EnvelopePtr& envelope : run.envelopes()) Receive(*envelope);
    if (on_send) on_send();
  }
  size_t queued_bytes() const override { return queued; }
  void Close(CloseCode code, std::string_view) override { closed = code; }
  void OnDeadline() override { ++deadlines; }
  void OnIdentified(const FormerIdentity&) override { ++identifications; }
  void OnTopicJoined(std::string_view topic) override { topics.push_back("+" + std::string(topic)); }
  void OnTopicLeft(std::string_view topic) override { topics.push_back("-" + std::string(topic)); }

  std::vector<std::string> received;
  std::vector<std::string> topics;
  std::function<void()> on_send;  // called from within each Send and SendRun
  size_t queued = 0;
  int identifications = 0;
  int deadlines = 0;     // changes of the session's deadline
  bool stalled = false;  // what is sent stays queued
  std::optional<CloseCode> closed;

 private:
  void Receive(const model::Envelope& envelope) {
    received.emplace_back(envelope.json());
    if (stalled) queued += envelope.frame().size();
  }
};

// One shard without a thread, one session, a broker whose answers the test gives.
class SessionTest : public ::testing::Test {
 protected:
  explicit SessionTest(size_t inbox_events = 65536, size_t max_subscriptions = 1000)
      : broker_(topics_),
        fanout_(1, broker_, metrics_,
                {.inbox_events = inbox_events,
                 .max_subscriptions = max_subscriptions,
                 .policies = &policies_,
                 .steady_now = [this] { return steady_now_; },
                 .clock = &clock_}),
        shard_(fanout_.shard(0)) {
    settings_.topics = &topics_;
    settings_.clock = &clock_;
    settings_.server = "spanwire-bridge/test";
    settings_.node = "n1";
    NewSession();
  }
  ~SessionTest() override {
    if (session_ != nullptr) session_->Shutdown();
    Settle();
    broker_.ForgetLost();
  }

  void NewSession(Admission admission = {}) {
    out_ = std::make_unique<RecordingOutbound>();
    session_ = std::make_shared<Session>(shard_, settings_, *out_, std::move(admission));
  }
  void Say(std::string_view text) { session_->OnMessage(text); }
  // Runs what is ready on the shard, without giving answers.
  void RunShard() {
    shard_.io().restart();
    shard_.io().poll();
  }
  // Gives every answer and runs the shard until nothing is left to do.
  void Settle() {
    do RunShard();
    while (broker_.AnswerOne());
    RunShard();
  }
  // Lets time pass, which ends windows of throttled topics.
  void Pass(std::chrono::milliseconds time) {
    steady_now_ += time;
    shard_.EndWindows();
  }
  // What was received since the last call.
  std::vector<boost::json::object> Take() {
    std::vector<boost::json::object> messages;
    for (const std::string& text : out_->received) messages.push_back(boost::json::parse(text).as_object());
    out_->received.clear();
    return messages;
  }
  // The same, one short word each: `subscription a e1-0`, `42 a`, `error bad_topic`.
  std::vector<std::string> TakeWords() {
    std::vector<std::string> words;
    for (const boost::json::object& message : Take()) words.push_back(Word(message));
    return words;
  }

  // `[2 3 +1]`: two events and one that was left out.
  static std::string BatchWord(const boost::json::object& data) {
    std::string word = "[";
    for (const auto& event : data.at("messages").as_array())
      word += std::to_string(event.at("offset").as_int64()) + " ";
    return word + "+" + std::to_string(data.at("dropped").as_int64()) + "]";
  }
  static std::string Word(const boost::json::object& message) {
    const std::string type(message.at("type").as_string());
    const std::string topic(message.at("topic").as_string());
    const boost::json::object& data = message.at("data").as_object();
    if (type == "subscription") {
      std::string word = "subscription " + topic + " " + std::string(data.at("cursor").as_string());
      if (data.contains("recovered")) word += data.at("recovered").as_bool() ? " recovered" : " lost";
      return word;
    }
    if (type == "batch") return "batch " + topic + " " + BatchWord(data);
    if (type == "error") return "error " + std::string(data.at("code").as_string());
    if (message.contains("offset")) return std::to_string(message.at("offset").as_int64()) + " " + topic;
    return type + (topic == "$bridge" ? "" : " " + topic);
  }

  model::TopicTable topics_;
  model::FakeClock clock_;
  observe::Metrics metrics_;
  Settings settings_;
  config::TopicPolicies policies_;
  std::chrono::steady_clock::time_point steady_now_{};
  testing::ManualBroker broker_;
  fanout::Fanout fanout_;
  fanout::Shard& shard_;
  std::unique_ptr<RecordingOutbound> out_;
  std::shared_ptr<Session> session_;
};

}  // namespace spanwire::session

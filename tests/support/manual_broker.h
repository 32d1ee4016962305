#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bridge/broker/broker.h"

namespace spanwire::testing {

// A broker whose answers come when the test says so: every order of events, answers and reads can be played through.
// One tenant. Not thread safe: everything happens on the test's thread.
class ManualBroker final : public broker::Broker {
 public:
  explicit ManualBroker(model::TopicTable& topics) : topics_(topics) {}

  // ---- The test's side

  // Stores an event and gives it to the sink.
  model::EnvelopePtr Publish(const std::string& topic, const std::string& value = "x") {
    return PublishAll({{topic, value}}).front();
  }
  std::vector<model::EnvelopePtr> PublishAll(const std::vector<std::pair<std::string, std::string>>& events) {
    std::vector<model::EnvelopePtr> sealed;
    for (const auto& [topic, value] : events) {
      std::string buffer = model::Envelope::NewBuffer();
      buffer += fmt::format(R"({{"type":"t","topic":"{}","data":{{"v":"{}"}})", topic, value);
      auto envelope = std::make_shared<model::Envelope>(topics_.Intern("", topic), absl::Now(), std::move(buffer));
      envelope->Seal(++head_);
      log_[topic].push_back(envelope);
      sealed.push_back(envelope);
    }
    sink_->OnEvents(sealed);
    sink_->OnEventsDone();
    return sealed;
  }
  // Discards the topic's history up to `offset`.
  void Discard(const std::string& topic, uint64_t offset) {
    std::erase_if(log_[topic], [&](const auto& event) { return event->offset() <= offset; });
    lost_through_[topic] = offset;
  }
  // The log is lost and starts again.
  void Reset(const std::string& epoch) {
    ReplaceSilently(epoch);
    sink_->OnReset("", epoch);
    sink_->OnEventsDone();
  }
  // The same, while nobody is interested.
  void ReplaceSilently(const std::string& epoch) {
    log_.clear();
    lost_through_.clear();
    head_ = 0;
    epoch_ = epoch;
  }
  // Gives the oldest answer that is waiting. False where there is none.
  bool AnswerOne() {
    if (answers_.empty()) return false;
    auto answer = std::move(answers_.front());
    answers_.pop_front();
    answer();
    return true;
  }
  // The oldest answer that is waiting never comes.
  void LoseOne() {
    lost_.push_back(std::move(answers_.front()));
    answers_.pop_front();
  }
  // Lets go of who waits for lost answers: they may need the shards, which go first.
  void ForgetLost() { lost_.clear(); }
  size_t answers_waiting() const { return answers_.size(); }
  int interests() const { return interests_; }
  uint64_t head() const { return head_; }
  const std::string& epoch() const { return epoch_; }
  // From now on broker calls fail.
  void FailWith(absl::Status status) { failure_ = std::move(status); }

  // ---- The bridge's side

  void SetSink(broker::EventSink* sink) override { sink_ = sink; }
  void Publish(std::vector<std::shared_ptr<model::Envelope>>, PublishDone) override { std::abort(); }
  void AddInterest(model::TopicPtr, Done<broker::Head> done) override {
    ++interests_;
    Answer<broker::Head>(std::move(done), {.epoch = epoch_, .offset = head_});
  }
  void RemoveInterest(model::TopicPtr) override { --interests_; }
  void Read(model::TopicPtr topic, uint64_t after, broker::ReadLimits limits, Done<broker::Page> done) override {
    if (before_read) before_read(topic->name);
    broker::Page page{.epoch = epoch_, .head = head_, .lost_through = lost_through_[topic->name], .through = head_};
    size_t bytes = 0;
    for (const model::EnvelopePtr& event : log_[topic->name]) {
      if (event->offset() <= after) continue;
      bytes += event->json().size();
      const bool full = page.events.size() == std::min(limits.max_events, page_size) || bytes > limits.max_bytes;
      if (full && !page.events.empty()) {
        page.through = page.events.back()->offset();
        break;
      }
      page.events.push_back(event);
    }
    Answer<broker::Page>(std::move(done), std::move(page));
  }
  void ReadLast(model::TopicPtr topic, size_t count, broker::ReadLimits limits, Done<broker::Page> done) override {
    const auto& log = log_[topic->name];
    broker::Page page{.epoch = epoch_, .head = head_, .lost_through = lost_through_[topic->name], .through = head_};
    const size_t most = std::min({count, log.size(), limits.max_events});
    size_t bytes = 0;
    size_t taken = 0;
    for (; taken < most; ++taken) {
      bytes += log[log.size() - 1 - taken]->json().size();
      if (bytes > limits.max_bytes && taken > 0) break;
    }
    page.events.assign(log.end() - static_cast<std::ptrdiff_t>(taken), log.end());
    Answer<broker::Page>(std::move(done), std::move(page));
  }
  void ListTopics(broker::TopicQuery, Done<std::vector<broker::TopicInfo>>) override { std::abort(); }
  void Stop() override {}

  // Events of one page, to make paging happen.
  size_t page_size = 1000;
  // Called before a topic is read.
  std::function<void(const std::string& topic)> before_read;

 private:
  template <typename T>
  void Answer(Done<T> done, T value) {
    absl::StatusOr<T> result = failure_.ok() ? absl::StatusOr<T>(std::move(value)) : absl::StatusOr<T>(failure_);
    answers_.push_back([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }

  model::TopicTable& topics_;
  broker::EventSink* sink_ = nullptr;
  std::string epoch_ = "e1";
  uint64_t head_ = 0;
  std::map<std::string, std::vector<model::EnvelopePtr>> log_;
  std::map<std::string, uint64_t> lost_through_;
  std::deque<absl::AnyInvocable<void()>> answers_;
  std::vector<absl::AnyInvocable<void()>> lost_;
  int interests_ = 0;
  absl::Status failure_;
};

}  // namespace spanwire::testing

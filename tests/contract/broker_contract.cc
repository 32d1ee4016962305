#include "tests/contract/broker_contract.h"

#include <utility>

#include "absl/time/clock.h"
#include "tests/contract/answer.h"
#include "tests/contract/unsealed_event.h"

namespace spanwire::broker::contract {

void RecordingSink::OnEvents(absl::Span<const model::EnvelopePtr> events) {
  absl::MutexLock lock(&mutex_);
  ++calls_;
  woken_ = false;
  for (const model::EnvelopePtr& event : events) events_[event->topic()->tenant].push_back(event);
}

void RecordingSink::OnEventsDone() {
  absl::MutexLock lock(&mutex_);
  ++calls_;
  woken_ = true;
  changed_.SignalAll();
}

void RecordingSink::OnReset(std::string_view tenant, std::string_view epoch) {
  absl::MutexLock lock(&mutex_);
  ++calls_;
  events_.erase(std::string(tenant));
}

bool RecordingSink::WaitFor(const std::string& tenant, uint64_t offset) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  absl::MutexLock lock(&mutex_);
  while (!woken_ || events_[tenant].empty() || events_[tenant].back()->offset() < offset) {
    if (changed_.WaitWithDeadline(&mutex_, deadline)) return false;
  }
  return true;
}

std::vector<uint64_t> RecordingSink::OffsetsOf(const std::string& tenant) const {
  std::vector<uint64_t> offsets;
  absl::MutexLock lock(&mutex_);
  const auto found = events_.find(tenant);
  if (found == events_.end()) return offsets;
  for (const model::EnvelopePtr& event : found->second) offsets.push_back(event->offset());
  return offsets;
}

std::vector<uint64_t> RecordingSink::OffsetsOf(const model::TopicPtr& topic) const {
  std::vector<uint64_t> offsets;
  absl::MutexLock lock(&mutex_);
  const auto found = events_.find(topic->tenant);
  if (found == events_.end()) return offsets;
  for (const model::EnvelopePtr& event : found->second) {
    if (event->topic() == topic) offsets.push_back(event->offset());
  }
  return offsets;
}

size_t RecordingSink::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

void BrokerContract::Deploy(config::HistoryPolicy policy) {
  deployment_.reset();
  sink_ = std::make_unique<RecordingSink>();
  deployment_ = GetParam().deploy(policy);
  broker().SetSink(sink_.get());
}

std::shared_ptr<model::Envelope> BrokerContract::Event(const model::TopicPtr& topic, size_t json_size) {
  return UnsealedEvent(topic, deployment_->Now(), json_size);
}

std::vector<absl::StatusOr<model::Cursor>> BrokerContract::Publish(
    std::vector<std::shared_ptr<model::Envelope>> events) {
  Answer<std::vector<absl::StatusOr<model::Cursor>>> answer;
  broker().Publish(std::move(events), answer.Callback());
  auto results = answer.Get();
  EXPECT_TRUE(results.has_value()) << "no answer to Publish";
  return std::move(results).value_or(std::vector<absl::StatusOr<model::Cursor>>{});
}

model::Cursor BrokerContract::PublishOne(const model::TopicPtr& topic, size_t json_size) {
  const auto results = Publish({Event(topic, json_size)});
  if (results.size() != 1 || !results[0].ok()) {
    ADD_FAILURE() << "not published";
    return {};
  }
  return *results[0];
}

std::vector<uint64_t> BrokerContract::PublishMany(const model::TopicPtr& topic, size_t count) {
  std::vector<std::shared_ptr<model::Envelope>> events;
  for (size_t i = 0; i < count; ++i) events.push_back(Event(topic));
  std::vector<uint64_t> offsets;
  for (const auto& result : Publish(std::move(events))) {
    EXPECT_TRUE(result.ok()) << result.status();
    if (result.ok()) offsets.push_back(result->offset);
  }
  return offsets;
}

namespace {

template <typename T>
T Unwrap(std::optional<absl::StatusOr<T>> answer) {
  if (answer.has_value() && answer->ok()) return **std::move(answer);
  ADD_FAILURE() << (answer.has_value() ? answer->status().ToString() : "no answer");
  return {};
}

}  // namespace

Head BrokerContract::AddInterest(const model::TopicPtr& topic) {
  Answer<absl::StatusOr<Head>> answer;
  broker().AddInterest(topic, answer.Callback());
  return Unwrap(answer.Get());
}

Page BrokerContract::Read(const model::TopicPtr& topic, uint64_t after, ReadLimits limits) {
  Answer<absl::StatusOr<Page>> answer;
  broker().Read(topic, after, limits, answer.Callback());
  return Unwrap(answer.Get());
}

Page BrokerContract::ReadLast(const model::TopicPtr& topic, size_t count, ReadLimits limits) {
  Answer<absl::StatusOr<Page>> answer;
  broker().ReadLast(topic, count, limits, answer.Callback());
  return Unwrap(answer.Get());
}

std::vector<TopicInfo> BrokerContract::List(std::string_view tenant, std::string_view pattern) {
  Answer<absl::StatusOr<std::vector<TopicInfo>>> answer;
  broker().ListTopics({.tenant = std::string(tenant), .pattern = std::string(pattern)}, answer.Callback());
  return Unwrap(answer.Get());
}

std::vector<uint64_t> OffsetsOf(const Page& page) {
  std::vector<uint64_t> offsets;
  for (const model::EnvelopePtr& event : page.events) offsets.push_back(event->offset());
  return offsets;
}

}  // namespace spanwire::broker::contract

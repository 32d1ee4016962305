#include "tests/unit/ingest/fake_broker.h"

#include <algorithm>
#include <utility>

namespace spanwire::ingest {

FakeBroker::FakeBroker() : thread_([this] { Run(); }) {}

FakeBroker::~FakeBroker() {
  Stop();
}

void FakeBroker::Hold() {
  absl::MutexLock lock(&mutex_);
  held_ = true;
}

void FakeBroker::Release() {
  absl::MutexLock lock(&mutex_);
  held_ = false;
}

void FakeBroker::ReleaseOne() {
  absl::MutexLock lock(&mutex_);
  ++allowed_;
}

void FakeBroker::FailWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  failure_ = std::move(status);
}

void FakeBroker::AwaitCalls(size_t count) {
  const auto enough = [this, count]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return calls_ >= count; };
  absl::MutexLock lock(&mutex_, absl::Condition(&enough));
}

size_t FakeBroker::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

size_t FakeBroker::most_unanswered() const {
  absl::MutexLock lock(&mutex_);
  return most_unanswered_;
}

std::vector<std::string> FakeBroker::Stored() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> stored;
  for (const auto& envelope : stored_) stored.emplace_back(envelope->json());
  return stored;
}

std::vector<std::string> FakeBroker::Places() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> places;
  for (const auto& envelope : stored_) places.push_back(envelope->topic()->tenant + "/" + envelope->topic()->name);
  return places;
}

void FakeBroker::Publish(std::vector<std::shared_ptr<model::Envelope>> events, PublishDone done) {
  absl::MutexLock lock(&mutex_);
  Answer answer{std::move(done), {}};
  for (auto& event : events) {
    if (!failure_.ok()) {
      answer.outcomes.emplace_back(failure_);
      continue;
    }
    event->Seal(++offset_);
    answer.outcomes.emplace_back(model::Cursor{"e1", offset_});
    stored_.push_back(std::move(event));
  }
  answers_.push_back(std::move(answer));
  ++calls_;
  most_unanswered_ = std::max(most_unanswered_, answers_.size());
}

void FakeBroker::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void FakeBroker::Run() {
  while (true) {
    Answer answer;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(this, &FakeBroker::MayAnswer));
      if (answers_.empty()) return;
      if (held_ && allowed_ > 0) --allowed_;
      answer = std::move(answers_.front());
      answers_.pop_front();
    }
    answer.done(std::move(answer.outcomes));
  }
}

}  // namespace spanwire::ingest

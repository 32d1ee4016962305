#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "bridge/broker/broker.h"

namespace spanwire::ingest {

// Stores what is published in one log of epoch "e1", and answers when the test says so, from a thread of its own.
// Only publishing does something.
class FakeBroker final : public broker::Broker {
 public:
  FakeBroker();
  ~FakeBroker() override;

  // Answers are held back from now on, until Release or ReleaseOne.
  void Hold() ABSL_LOCKS_EXCLUDED(mutex_);
  void Release() ABSL_LOCKS_EXCLUDED(mutex_);
  // Lets the oldest held answer go.
  void ReleaseOne() ABSL_LOCKS_EXCLUDED(mutex_);
  // Events published from now on are refused so; OK ends it.
  void FailWith(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until `count` calls of Publish came in all.
  void AwaitCalls(size_t count) ABSL_LOCKS_EXCLUDED(mutex_);
  size_t calls() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The most calls that were ever unanswered at once.
  size_t most_unanswered() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The envelopes of stored events, in order.
  std::vector<std::string> Stored() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Where they stand: "tenant/topic".
  std::vector<std::string> Places() const ABSL_LOCKS_EXCLUDED(mutex_);

  void SetSink(broker::EventSink*) override {}
  void Publish(std::vector<std::shared_ptr<model::Envelope>> events, PublishDone done) override;
  void AddInterest(model::TopicPtr, Done<broker::Head>) override {}
  void RemoveInterest(model::TopicPtr) override {}
  void Read(model::TopicPtr, uint64_t, broker::ReadLimits, Done<broker::Page>) override {}
  void ReadLast(model::TopicPtr, size_t, broker::ReadLimits, Done<broker::Page>) override {}
  void ListTopics(broker::TopicQuery, Done<std::vector<broker::TopicInfo>>) override {}
  void Stop() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Answer {
    PublishDone done;
    std::vector<absl::StatusOr<model::Cursor>> outcomes;
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  bool MayAnswer() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopped_ || (!answers_.empty() && (!held_ || allowed_ > 0));
  }

  mutable absl::Mutex mutex_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  size_t allowed_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::deque<Answer> answers_ ABSL_GUARDED_BY(mutex_);
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t most_unanswered_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t offset_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::shared_ptr<const model::Envelope>> stored_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace spanwire::ingest

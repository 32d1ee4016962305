#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/broker/broker.h"
#include "bridge/config/config.h"
#include "bridge/model/topic_table.h"

namespace spanwire::broker::contract {

// A broker with what it needs around it. One per test.
class Deployment {
 public:
  virtual ~Deployment() = default;
  virtual Broker& broker() = 0;
  virtual absl::Time Now() = 0;
  // Makes everything stored so far older by `by`.
  virtual void Age(absl::Duration by) = 0;
};

// One implementation to be held to the contract: INSTANTIATE_TEST_SUITE_P(Memory, BrokerContract, Values(...)).
struct Implementation {
  std::string name;
  // A broker whose every topic has `policy`.
  std::function<std::unique_ptr<Deployment>(config::HistoryPolicy policy)> deploy;
};

// Remembers what the broker hands out. Thread safe.
class RecordingSink final : public EventSink {
 public:
  void OnEvents(absl::Span<const model::EnvelopePtr> events) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnEventsDone() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnReset(std::string_view tenant, std::string_view epoch) override ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until the tenant's log was handed out up to `offset` and OnEventsDone followed; false after 30 seconds.
  bool WaitFor(const std::string& tenant, uint64_t offset) ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<uint64_t> OffsetsOf(const std::string& tenant) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<uint64_t> OffsetsOf(const model::TopicPtr& topic) const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t calls() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  std::map<std::string, std::vector<model::EnvelopePtr>> events_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The fixture: verbs that call the broker and wait for the answer.
class BrokerContract : public ::testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override { Deploy({}); }
  void TearDown() override { broker().Stop(); }

  // Starts afresh with this policy for every topic.
  void Deploy(config::HistoryPolicy policy);

  Broker& broker() { return deployment_->broker(); }
  RecordingSink& sink() { return *sink_; }
  model::TopicPtr Topic(std::string_view name, std::string_view tenant = "") { return table_.Intern(tenant, name); }

  // An unsealed event whose JSON is at least `json_size` long.
  std::shared_ptr<model::Envelope> Event(const model::TopicPtr& topic, size_t json_size = 0);
  std::vector<absl::StatusOr<model::Cursor>> Publish(std::vector<std::shared_ptr<model::Envelope>> events);
  // Publishes one event and returns its position.
  model::Cursor PublishOne(const model::TopicPtr& topic, size_t json_size = 0);
  std::vector<uint64_t> PublishMany(const model::TopicPtr& topic, size_t count);
  Head AddInterest(const model::TopicPtr& topic);
  Page Read(const model::TopicPtr& topic, uint64_t after, ReadLimits limits = {});
  Page ReadLast(const model::TopicPtr& topic, size_t count, ReadLimits limits = {});
  std::vector<TopicInfo> List(std::string_view tenant, std::string_view pattern = "*");

  model::TopicTable table_;  // outlives the broker
  std::unique_ptr<RecordingSink> sink_;
  std::unique_ptr<Deployment> deployment_;
};

std::vector<uint64_t> OffsetsOf(const Page& page);

}  // namespace spanwire::broker::contract

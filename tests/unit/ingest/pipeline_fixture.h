#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "bridge/ingest/publish_pipeline.h"
#include "bridge/model/clock.h"
#include "bridge/schema/schema_registry.h"
#include "tests/unit/ingest/fake_broker.h"
#include "tests/unit/ingest/test_events.h"

namespace spanwire::ingest {

// One call of PublishPipeline::Publish, and what came of it.
class PublishCall {
 public:
  PublishCall(PublishPipeline& pipeline, std::vector<v1::Event> events, const CallInfo& call = {})
      : events_(std::move(events)) {
    std::vector<const v1::Event*> pointers;
    for (const v1::Event& event : events_) pointers.push_back(&event);
    pipeline.Publish(call, {.all = pointers}, &results_, [this] { done_.Notify(); });
  }
  bool IsDone() const { return done_.HasBeenNotified(); }
  // Waits for the results.
  const Results& results() {
    done_.WaitForNotification();
    return results_;
  }
  const v1::PublishResult& result() { return results().Get(0); }

 private:
  std::vector<v1::Event> events_;
  Results results_;
  absl::Notification done_;
};

// A pipeline into a fake broker, at a time that stands still: 2025-10-09T08:53:20.000Z.
class PipelineTest : public testing::Test {
 protected:
  static config::Config SmallConfig() {
    config::Config config;
    config.limits.event_bytes = 1024;
    return config;
  }

  PublishCall Publish(std::vector<v1::Event> events, const CallInfo& call = {}) {
    return PublishCall(pipeline_, std::move(events), call);
  }

  const config::Config config_ = SmallConfig();
  model::FakeClock clock_;
  observe::Metrics metrics_;
  model::TopicTable topics_;
  schema::EventTranslator translator_{schema::SchemaRegistry::BuiltIn()};
  FakeBroker broker_;
  PublishPipeline pipeline_{config_, translator_, topics_, broker_, metrics_, clock_};

  void TearDown() override { broker_.Stop(); }
};

}  // namespace spanwire::ingest

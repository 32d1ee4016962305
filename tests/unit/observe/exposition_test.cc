#include "bridge/observe/exposition.h"

#include <cctype>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RenderPrometheus, ShowsWhatWasCounted) {
  Metrics metrics;
  metrics.events_published.Add(3);
  metrics.events_rejected.Add("BAD_TOPIC", 2);
  metrics.publish_latency.Observe(0.003);
  ShardMetrics& shard = metrics.AddShard();
  shard.Disconnected(4008);
  shard.Answered(204);
  shard.Opened(Transport::kSse);

  const std::string text = RenderPrometheus(metrics);
  EXPECT_THAT(text, HasSubstr("\nspanwire_events_published_total 3\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_events_rejected_total{reason=\"BAD_TOPIC\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_publish_duration_seconds_bucket{le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_publish_duration_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_publish_duration_seconds_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_publish_duration_seconds_count 1\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_disconnects_total{code=\"4008\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_http_requests_total{code=\"2xx\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_connections{transport=\"sse\"} 1\n"));
}

TEST(RenderPrometheus, WhatSubscribersDidNotGetIsSummedOverShardsByPattern) {
  Metrics metrics;
  for (ShardMetrics* shard : {&metrics.AddShard(), &metrics.AddShard()}) {
    PatternCounts& stats = shard->patterns.Of("stats*");
    stats.throttle_dropped.Add(3);
    stats.conflated.Add(2);
    EXPECT_EQ(&shard->patterns.Of("stats*"), &stats);
  }
  metrics.AddShard().patterns.Of("*").slow_closed.Add();
  const std::string text = RenderPrometheus(metrics);
  EXPECT_THAT(text, HasSubstr("spanwire_topic_throttle_dropped_total{pattern=\"stats*\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_topic_conflated_total{pattern=\"stats*\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("spanwire_topic_slow_closed_total{pattern=\"*\"} 1\n"));
}

TEST(RenderPrometheus, CountsBeyondDoubleRoundingOfPrintedDigitsStayExact) {
  Metrics metrics;
  metrics.translated_bytes.Add(123'456'789'012'345);
  EXPECT_THAT(RenderPrometheus(metrics), HasSubstr("spanwire_translated_bytes_total 123456789012345\n"));
}

TEST(MetricsCollectable, NamesFollowPrometheusRules) {
  Metrics metrics;
  for (const prometheus::MetricFamily& family : MetricsCollectable(metrics).Collect()) {
    EXPECT_TRUE(family.name.starts_with("spanwire_")) << family.name;
    EXPECT_EQ(family.name.ends_with("_total"), family.type == prometheus::MetricType::Counter) << family.name;
    EXPECT_TRUE(family.help.ends_with(".")) << family.name;
    for (const char c : family.name) EXPECT_TRUE(std::islower(c) || c == '_') << family.name;
  }
}

TEST(MetricsCollectable, NoLabelNamesATopicATenantOrAUser) {
  Metrics metrics;
  metrics.AddShard();
  metrics.events_rejected.Add("BAD_TOPIC");
  for (const prometheus::MetricFamily& family : MetricsCollectable(metrics).Collect()) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      for (const prometheus::ClientMetric::Label& label : metric.label) {
        EXPECT_THAT(label.name, testing::AnyOf("reason", "transport", "code", "pattern")) << family.name;
      }
    }
  }
}

}  // namespace
}  // namespace spanwire::observe

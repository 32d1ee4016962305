#include "bridge/observe/metrics.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::observe {
namespace {

using testing::Contains;
using testing::Pair;

TEST(LatencyHistogram, ADurationOnTheBoundBelongsBelowIt) {
  LatencyHistogram latencies;
  latencies.Observe(0.0001);
  latencies.Observe(0.00011);
  EXPECT_EQ(latencies.InBucket(0), 1u);
  EXPECT_EQ(latencies.InBucket(1), 1u);
  EXPECT_NEAR(latencies.SumSeconds(), 0.00021, 1e-9);
}

TEST(LatencyHistogram, WhatIsBeyondTheLastBoundIsCounted) {
  LatencyHistogram latencies;
  latencies.Observe(3600);
  EXPECT_EQ(latencies.InBucket(LatencyHistogram::kBounds.size()), 1u);
}

TEST(ReasonCounter, AFloodOfReasonsEndsAsOther) {
  ReasonCounter reasons;
  for (int i = 0; i < 1000; ++i) reasons.Add("REASON_" + std::to_string(i));
  EXPECT_LE(reasons.Values().size(), 65u);
  EXPECT_THAT(reasons.Values(), Contains(Pair("other", 1000 - 64)));
  EXPECT_EQ(reasons.Sum(), 1000u);
}

TEST(ShardMetrics, AnInventedCloseCodeIsOther) {
  ShardMetrics shard;
  shard.Disconnected(4008);
  shard.Disconnected(3777);
  EXPECT_EQ(shard.disconnects.back().Value(), 1u);
}

TEST(Metrics, TotalsSumOverShards) {
  Metrics metrics;
  for (int i = 0; i < 2; ++i) {
    ShardMetrics& shard = metrics.AddShard();
    shard.deliveries.Add(10);
    shard.subscriptions.Add(3);
    shard.Opened(Transport::kWebSocket);
    shard.Opened(Transport::kPoll);
    shard.Closed(Transport::kPoll);
  }
  const Totals totals = SumUp(metrics);
  EXPECT_EQ(totals.deliveries, 20u);
  EXPECT_EQ(totals.subscriptions, 6u);
  EXPECT_EQ(totals.connections, 2u);
}

TEST(Metrics, AGaugeBelowZeroForAMomentReadsAsZero) {
  Metrics metrics;
  metrics.AddShard().queued_bytes.Sub(5);
  EXPECT_EQ(SumUp(metrics).queued_bytes, 0u);
}

TEST(Metrics, PartsThatCountThemselvesAreAskedBeforeEveryReading) {
  Metrics metrics;
  int history = 0;
  metrics.OnCollect([&history](Metrics& m) { m.history_bytes.Set(history); });
  history = 42;
  EXPECT_EQ(SumUp(metrics).history_bytes, 42u);
}

}  // namespace
}  // namespace spanwire::observe

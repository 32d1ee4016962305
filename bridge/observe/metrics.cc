#include "bridge/observe/metrics.h"

#include <algorithm>

namespace spanwire::observe {
namespace {

constexpr size_t kMaxReasons = 64;

// A sum of gauges may read below zero for a moment, when one shard's decrement is seen before another's increment.
uint64_t NotNegative(int64_t value) {
  return value > 0 ? static_cast<uint64_t>(value) : 0;
}

}  // namespace

void ReasonCounter::Add(std::string_view reason, uint64_t n) {
  absl::MutexLock lock(&mutex_);
  auto found = values_.find(reason);
  if (found == values_.end()) {
    found = values_.emplace(values_.size() < kMaxReasons ? std::string(reason) : "other", 0).first;
  }
  found->second += n;
}

std::map<std::string, uint64_t, std::less<>> ReasonCounter::Values() const {
  absl::MutexLock lock(&mutex_);
  return values_;
}

uint64_t ReasonCounter::Sum() const {
  absl::MutexLock lock(&mutex_);
  uint64_t sum = 0;
  for (const auto& [reason, count] : values_) sum += count;
  return sum;
}

void ShardMetrics::Disconnected(int code) {
  const auto found = std::find(kCloseCodes.begin(), kCloseCodes.end(), code);
  disconnects[static_cast<size_t>(found - kCloseCodes.begin())].Add();
}

void ShardMetrics::Answered(int status) {
  const int status_class = std::clamp(status / 100, 1, 5);
  http_requests[static_cast<size_t>(status_class - 1)].Add();
}

ShardMetrics& Metrics::AddShard() {
  absl::MutexLock lock(&mutex_);
  return shards_.emplace_back();
}

void Metrics::OnCollect(std::function<void(Metrics&)> refresh) {
  absl::MutexLock lock(&mutex_);
  refreshers_.push_back(std::move(refresh));
}

void Metrics::Refresh() {
  std::vector<std::function<void(Metrics&)>> refreshers;
  {
    absl::MutexLock lock(&mutex_);
    refreshers = refreshers_;
  }
  for (const auto& refresh : refreshers) refresh(*this);
}

std::vector<const ShardMetrics*> Metrics::Shards() const {
  absl::MutexLock lock(&mutex_);
  std::vector<const ShardMetrics*> shards;
  shards.reserve(shards_.size());
  for (const ShardMetrics& shard : shards_) shards.push_back(&shard);
  return shards;
}

Totals SumUp(Metrics& metrics) {
  metrics.Refresh();
  int64_t connections = 0;
  int64_t subscriptions = 0;
  int64_t queued_bytes = 0;
  Totals totals{.events_published = metrics.events_published.Value(),
                .events_rejected = metrics.events_rejected.Sum(),
                .events_duplicate = metrics.events_duplicate.Value(),
                .history_bytes = NotNegative(metrics.history_bytes.Value())};
  for (const ShardMetrics* shard : metrics.Shards()) {
    totals.deliveries += shard->deliveries.Value();
    totals.slow_consumers_closed += shard->slow_consumers_closed.Value();
    for (const OwnedGauge& open : shard->connections) connections += open.Value();
    subscriptions += shard->subscriptions.Value();
    queued_bytes += shard->queued_bytes.Value();
  }
  totals.connections = NotNegative(connections);
  totals.subscriptions = NotNegative(subscriptions);
  totals.queued_bytes = NotNegative(queued_bytes);
  return totals;
}

TotalsByPattern SumUpPatterns(const Metrics& metrics) {
  TotalsByPattern totals;
  for (const ShardMetrics* shard : metrics.Shards()) shard->patterns.AddTo(totals);
  return totals;
}

}  // namespace spanwire::observe

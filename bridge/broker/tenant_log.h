#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bridge/broker/broker.h"
#include "bridge/broker/history_budget.h"
#include "bridge/broker/topic_log.h"
#include "bridge/broker/topic_set.h"

namespace spanwire::broker {

// One tenant's log: one epoch, one sequence of offsets, and the kept events of its topics.
//
// Thread safe. A log may be retired when nobody has interest and nothing is kept; from then on every operation answers
// "gone" (false, nullopt) and changes nothing, and the caller looks the tenant up again.
//
// A topic that nobody uses is folded: it leaves memory, and the highest lost_through of all folded topics speaks for
// every topic that is not in memory. That can call an intact past lost, never a lost one intact.
class TenantLog {
 public:
  // Offsets go on after `head`. `policies` and `budget` are borrowed.
  TenantLog(std::string_view tenant, std::string epoch, uint64_t head, const config::TopicPolicies& policies,
            HistoryBudget& budget);
  TenantLog(const TenantLog&) = delete;
  TenantLog& operator=(const TenantLog&) = delete;

  const std::string& tenant() const { return tenant_; }

  // Seals and keeps the events of `run`, all of this tenant, and hands them to `sink` (may be null), all under the
  // lock. Adds one result per event to `results`. Takes the events that it stores out of `run`.
  bool Publish(absl::Span<std::shared_ptr<model::Envelope>> run, absl::Time now, EventSink* sink,
               std::vector<absl::StatusOr<model::Cursor>>& results, Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);

  std::optional<Head> AddInterest(const model::TopicPtr& topic, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // One interest too many is ignored. A topic that nobody published to goes with the last one: subscribing leaves
  // nothing behind.
  void RemoveInterest(const model::Topic& topic, absl::Time now, Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);

  std::optional<Page> Read(const model::Topic& topic, uint64_t after, const ReadLimits& limits, absl::Time now,
                           Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<Page> ReadLast(const model::Topic& topic, size_t count, const ReadLimits& limits, absl::Time now,
                               Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);

  // The topics in memory that match, in no order. Holds the lock for all of them.
  std::vector<TopicInfo> List(std::string_view pattern, absl::Time now, Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);

  // Discards what policies keep no longer and folds idle topics not used since `idle_since`, from where the last call
  // stopped. Takes what it does (topics looked at or events discarded) off `work`; false where that ran out before the
  // last topic.
  bool Sweep(absl::Time now, absl::Time idle_since, size_t& work, Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);

  // Discards the oldest events, of whatever topic, until it has freed `bytes` or keeps nothing, and folds the topics
  // that this leaves unused. Returns what it freed.
  size_t Evict(size_t bytes, Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);

  // Retires the log if it keeps nothing and nobody has interest.
  bool RetireIfEmpty(Discards& discards) ABSL_LOCKS_EXCLUDED(mutex_);

  // For choosing a tenant without its lock; may be out of date by the time they are used.
  size_t bytes() const { return seen_bytes_.load(std::memory_order_relaxed); }
  bool looks_empty() const { return seen_empty_.load(std::memory_order_relaxed); }
  int64_t last_used_micros() const { return seen_use_micros_.load(std::memory_order_relaxed); }

 private:
  absl::Status Admit(const model::Envelope& event) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Keep(std::vector<model::EnvelopePtr>& sealed, absl::Time now, Discards& discards)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  TopicLog& FindOrAdd(const model::TopicPtr& topic) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  TopicLog* FindFresh(const model::Topic& topic, absl::Time now, Discards& discards)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Page EmptyPage() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Fold(TopicLog& log, Discards& discards) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t Trim(TopicLog& log, absl::Time now, size_t max_events, Discards& discards)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Every change of a topic is told here, with what it cost before; Settle() makes the sums seen outside the lock.
  void Account(TopicLog& log, const Footprint& before) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Settle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Touch(absl::Time now) { seen_use_micros_.store(absl::ToUnixMicros(now), std::memory_order_relaxed); }

  const std::string tenant_;
  const std::string epoch_;
  const config::TopicPolicies& policies_;
  HistoryBudget& budget_;

  absl::Mutex mutex_;
  bool retired_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t head_ ABSL_GUARDED_BY(mutex_);
  uint64_t folded_through_ ABSL_GUARDED_BY(mutex_) = 0;
  TopicSet topics_ ABSL_GUARDED_BY(mutex_);
  size_t sweep_next_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t interests_ ABSL_GUARDED_BY(mutex_) = 0;
  Footprint kept_ ABSL_GUARDED_BY(mutex_);

  std::atomic<size_t> seen_bytes_{0};
  std::atomic<bool> seen_empty_{true};
  std::atomic<int64_t> seen_use_micros_{0};
};

}  // namespace spanwire::broker

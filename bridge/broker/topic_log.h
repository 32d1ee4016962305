#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "bridge/broker/broker.h"
#include "bridge/broker/history_ring.h"
#include "bridge/config/topic_policies.h"
#include "bridge/model/envelope.h"
#include "bridge/model/topic_table.h"

namespace spanwire::broker {

class TopicLog;

// What an operation let go of. Destroyed by the caller after it has released the tenant's lock: freeing is slow, and
// the last holder of a topic takes the topic table's lock.
struct Discards {
  std::vector<model::EnvelopePtr> events;
  std::vector<std::unique_ptr<TopicLog>> topics;
};

// What a topic costs its tenant.
struct Footprint {
  size_t events = 0;
  size_t bytes = 0;  // of what can be let go
};

// One topic's part of its tenant's log: the kept events, bounded by the topic's policy, and what was discarded.
// Not thread safe; lives under its tenant's lock.
//
// Sizes are Envelope::memory(), since the bounds are there to bound memory. Age is counted from accepted_at(); only the
// oldest event is looked at, so an event that was stored out of that order leaves no earlier than those before it.
class TopicLog {
 public:
  // Beside its events a topic costs about this: this object, the Topic and its names, their places in tables.
  static constexpr size_t kOverheadBytes = 512;
  static constexpr size_t kAll = std::numeric_limits<size_t>::max();

  // `lost_through` is what the tenant remembers of topics that were let go.
  TopicLog(model::TopicPtr topic, const config::TopicPolicies& policies, uint64_t lost_through)
      : topic_(std::move(topic)), lost_through_(lost_through) {
    FollowPolicy(policies);
  }

  const model::Topic* topic() const { return topic_.get(); }
  uint64_t lost_through() const { return lost_through_; }
  bool has_events() const { return !ring_.empty(); }
  bool has_interest() const { return interest_ > 0; }
  bool was_published() const { return published_ > 0; }
  absl::Time last_used() const { return last_used_; }
  // Orders topics by what to let go of first.
  uint64_t oldest_offset() const { return ring_.empty() ? last_offset_ : ring_.front()->offset(); }
  Footprint footprint() const;

  void AddInterest() { ++interest_; }
  // False where nobody had interest.
  bool RemoveInterest();
  void Touch(absl::Time now) { last_used_ = now; }

  // Goes over to the policy in force where policies were replaced; what it keeps no longer goes with the next Append or
  // Trim.
  void FollowPolicy(const config::TopicPolicies& policies);
  // Keeps a sealed event, and discards the oldest as the policy's count and bytes demand; an event that the policy has
  // no room for at all is discarded at once.
  void Append(model::EnvelopePtr event, absl::Time now, Discards& discards);
  // Discards at most `max_events` that the policy keeps no longer, mostly for their age; returns how many.
  size_t Trim(absl::Time now, size_t max_events, Discards& discards);
  void DiscardOldest(Discards& discards);

  // Adds kept events to `page`, whose `head` is set, and sets its `lost_through` and `through`.
  void CopyAfter(uint64_t after, const ReadLimits& limits, Page& page) const;
  void CopyLast(size_t count, const ReadLimits& limits, Page& page) const;

  TopicInfo Info(const std::string& epoch) const;

 private:
  model::TopicPtr topic_;
  std::shared_ptr<const config::TopicPolicy> policy_;
  uint64_t policy_generation_ = 0;
  HistoryRing ring_;
  uint64_t lost_through_;
  uint64_t last_offset_ = 0;
  uint64_t published_ = 0;
  absl::Time last_event_at_ = absl::InfinitePast();
  absl::Time last_used_ = absl::InfinitePast();
  uint32_t interest_ = 0;
};

}  // namespace spanwire::broker

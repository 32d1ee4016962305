#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bridge/model/cursor.h"
#include "bridge/model/envelope.h"
#include "bridge/model/topic_table.h"

namespace spanwire::broker {

// Receives every stored event of the topics that this bridge has interest in, and may receive others. Implemented by
// the fan-out.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Events of one tenant, sealed, offsets ascending over all calls for that tenant. Called while the broker holds that
  // tenant's lock: take the references and return; never call the broker, log or wake anybody from here.
  virtual void OnEvents(absl::Span<const model::EnvelopePtr> events) = 0;
  // Called after the lock is released, at least once after one or more OnEvents: wake whoever must look.
  virtual void OnEventsDone() = 0;
  // The tenant's log was replaced while there was interest in it: offsets start again under `epoch`. Called like
  // OnEvents. A log that nobody is interested in may be replaced silently; AddInterest then tells the new epoch.
  virtual void OnReset(std::string_view tenant, std::string_view epoch) = 0;
};

// How much one Read may return. It returns at least one event where there is one, whatever its size.
struct ReadLimits {
  size_t max_events = 1000;
  size_t max_bytes = 256 * 1024;  // of JSON
};

// Events of one topic, and what they say about the topic's log. A topic that nobody published to is an empty one.
struct Page {
  std::string epoch;
  // The tenant's newest offset when the page was read.
  uint64_t head = 0;
  // The topic's last discarded offset; 0 where nothing was discarded. Nothing after it is missing from the history.
  uint64_t lost_through = 0;
  // The page holds every kept event of the topic from where the read began up to here: `head`, or the offset of the
  // last event where limits cut the page.
  uint64_t through = 0;
  std::vector<model::EnvelopePtr> events;  // offsets ascending
};

// Where a topic's log stands when interest in it is live.
struct Head {
  std::string epoch;
  uint64_t offset = 0;  // the tenant's newest offset: every later event of the topic goes to the sink
};

// A topic for administrators.
struct TopicInfo {
  model::TopicPtr topic;
  std::string epoch;
  uint64_t history_events = 0;
  uint64_t history_bytes = 0;
  uint64_t first_offset = 0;  // 0: empty history
  uint64_t last_offset = 0;   // 0: nothing published since the topic came into memory
  uint64_t lost_through = 0;
  uint64_t published_events = 0;
  absl::Time last_event_at = absl::InfinitePast();
  uint64_t max_events = 0;  // the policy in force
  uint64_t max_bytes = 0;
  absl::Duration max_age = absl::InfiniteDuration();
};

// Which topics ListTopics is asked for: all of a tenant that match (a topic, or a prefix and `*`).
struct TopicQuery {
  std::string tenant;
  std::string pattern = "*";
};

// Gives events their positions, keeps their history and hands them to the sink: the seam behind which one process's
// memory or a distributed log stands. Written for the latter's nature: answers come later, offsets are known only after
// storing.
//
// Thread safe. Every callback is called exactly once, from a thread of the broker's own, never from within the call
// that took it and never under a lock; after Stop() those outstanding are called with CANCELLED. Callbacks must not
// block.
class Broker {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  // One result per event, in order: the event's position, or why it was not stored: RESOURCE_EXHAUSTED or UNAVAILABLE
  // where trying again may help, else INVALID_ARGUMENT or FAILED_PRECONDITION.
  using PublishDone = absl::AnyInvocable<void(std::vector<absl::StatusOr<model::Cursor>>)>;

  virtual ~Broker() = default;

  // Who gets the events. Once, before anything else.
  virtual void SetSink(EventSink* sink) = 0;

  // Stores unsealed events, in order; they may be of several tenants. The broker seals them. The caller keeps no
  // pointer that it writes through.
  virtual void Publish(std::vector<std::shared_ptr<model::Envelope>> events, PublishDone done) = 0;

  // Counts one more interest in the topic. `done` says from where on the sink gets its events without a gap. Where it
  // gets an error nothing was counted.
  virtual void AddInterest(model::TopicPtr topic, Done<Head> done) = 0;
  // Takes one interest back; ignored where there is none. The sink may still get events for a moment.
  virtual void RemoveInterest(model::TopicPtr topic) = 0;

  // Kept events of the topic with offsets over `after`, oldest first.
  virtual void Read(model::TopicPtr topic, uint64_t after, ReadLimits limits, Done<Page> done) = 0;
  // The last `count` kept events of the topic, oldest first; where limits cut, the newest are kept.
  virtual void ReadLast(model::TopicPtr topic, size_t count, ReadLimits limits, Done<Page> done) = 0;

  // Topics that have history, by name; topics without any may be among them while the broker remembers them.
  virtual void ListTopics(TopicQuery query, Done<std::vector<TopicInfo>> done) = 0;

  // Refuses what comes and ends what is outstanding. Returns when every callback of an earlier call has run; the sink
  // is not called any more. Later calls are answered with CANCELLED. Not from a callback.
  virtual void Stop() = 0;
};

}  // namespace spanwire::broker

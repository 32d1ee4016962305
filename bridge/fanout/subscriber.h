#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "bridge/fanout/run.h"

namespace spanwire::fanout {

class Hub;
class Subscriber;

// One subscriber's part in one topic on one shard. Owned by the subscriber, which must leave (Shard::Leave) before it
// destroys it. Shard thread only.
struct Subscription {
  explicit Subscription(Subscriber& owner) : subscriber(&owner) {}
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  Subscriber* const subscriber;
  Hub* hub = nullptr;
  // Offset up to which the subscriber has been handed every event of the topic, while it is not live. Once live, its
  // tenant's drained offset is its position.
  uint64_t position = 0;
  // Index among the hub's live members, or kNotLive.
  uint32_t live_index = kNotLive;

  // Its position lies among events that the throttle holds: OnReady() is called when those have gone out.
  bool waits_for_window = false;

  static constexpr uint32_t kNotLive = UINT32_MAX;
  bool live() const { return live_index != kNotLive; }
};

// Who receives events of topics. Called on its shard's thread only. Implementations may leave, join or destroy their
// own subscriptions from within a call, and must not touch those of others.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // Live flow of the topic is confirmed: hub->tenant() is known. Called after Join (never from within) unless that said
  // that the hub was ready, and again when live flow was interrupted and flows again, or when Hub::TurnLive() said that
  // it would be: the subscription is then not live and its position says how far it got.
  virtual void OnReady(Subscription& subscription) = 0;
  // Live events.
  virtual void OnRun(Subscription& subscription, const Run& run) = 0;
  // The tenant's log was replaced; hub->tenant().epoch is the new one and the subscription is no longer live.
  virtual void OnReset(Subscription& subscription) = 0;
  // The broker cannot serve the topic; the subscription has been removed from its hub.
  virtual void OnUnavailable(Subscription& subscription, const absl::Status& why) = 0;
};

}  // namespace spanwire::fanout

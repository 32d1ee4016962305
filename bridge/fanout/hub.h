#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bridge/broker/broker.h"
#include "bridge/fanout/subscriber.h"
#include "bridge/fanout/throttle.h"
#include "bridge/fanout/topic_rules.h"
#include "bridge/model/topic_table.h"

namespace spanwire::fanout {

// What a shard knows of one tenant's log. Every event at or below `drained` of every topic that the shard takes part in
// has been distributed by it, so `<epoch>-<drained>` is a true position for its live subscriptions.
struct TenantView {
  std::string epoch;
  uint64_t drained = 0;
  size_t hubs = 0;  // that look at this; counted by the hubs
};

// One topic's subscribers on one shard. Shard thread only.
//
// A subscription first catches up by reading pages from the broker and then turns live at exactly the offset up to
// which the hub has handed events out: none is left out and none is sent twice, however fast the topic moves. Events
// that a throttle holds are distributed but not handed out: they come after the point where catching up ends.
class Hub {
 public:
  // `tenant` outlives the hub.
  Hub(model::TopicPtr topic, TenantView& tenant, TopicRules rules);
  // Subscriptions that take part yet are let go: at the end of a shard, work that never ran may hold some.
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  const model::TopicPtr& topic() const { return topic_; }
  const TenantView& tenant() const { return *tenant_; }
  // Whether live flow is confirmed.
  bool ready() const { return ready_; }
  // Subscriptions that get events as they come.
  const std::vector<Subscription*>& live() const { return live_; }
  size_t members() const { return live_.size() + catching_up_.size(); }

  // Set by the shard: events were lost, or the log was replaced, since interest was asked for; so the answer to that
  // does not count.
  bool ask_again = false;

  // Takes part, not yet live.
  void Add(Subscription& subscription);
  void Remove(Subscription& subscription);

  // Live flow is confirmed from `head` on: what comes later reaches Distribute.
  void Confirm(const broker::Head& head);
  // Live flow was interrupted: everybody catches up from where they are, and waits for Confirm.
  void Interrupt();
  // The tenant's log was replaced: what follows is distributed from its beginning.
  void BeginLog();
  // Live flow that was interrupted is confirmed, as it stands.
  void Resume() { ready_ = true; }

  const TopicRules& rules() const { return rules_; }
  // Other rules from now on. Nothing may be held: EndWindow() first.
  void SetRules(TopicRules rules);

  // Everything of the topic up to here has been handed to its live subscriptions.
  uint64_t position() const { return holding() ? throttle_->first_held() - 1 : tenant_->drained; }
  // What has been read of the topic's history up to here may be handed to a subscription; what follows it will get
  // live.
  uint64_t readable_through() const { return holding() ? position() : model::kMaxOffset; }

  // What a subscription that has everything up to an offset does to turn live.
  enum class Turn : uint8_t {
    kNow,     // take what was missed, then GoLive()
    kReadOn,  // what was missed is not at hand any more: read another page
    kWait,    // OnReady() will be called
  };
  // For a subscription that has everything up to `through`. With kNow, `missed` receives what was handed out since:
  // little enough not to be taken for a slow consumer's queue.
  Turn TurnLive(Subscription& subscription, uint64_t through, std::vector<model::EnvelopePtr>* missed) const;
  // The subscription, which has everything up to position(), gets events as they come from now on.
  void GoLive(Subscription& subscription);
  // A live subscription goes back to an earlier position and catches up.
  void GoBack(Subscription& subscription, uint64_t position);

  // Hands events to the live subscriptions, now or when the throttle's window ends. True: a window begins at `now`;
  // EndWindow() must be called when it ends.
  bool Distribute(absl::Span<const model::EnvelopePtr> events, Throttle::Time now);
  // Of an open window.
  Throttle::Time window_ends() const { return throttle_->ends(); }
  bool window_open() const { return throttle_ != nullptr && throttle_->open(); }
  // Hands out what the window held. True: another one begins at `now`. `stamp` is the time for a batch.
  bool EndWindow(Throttle::Time now, absl::Time stamp);

  // Everybody who takes part. The copy is safe against changes while it is walked.
  std::vector<Subscription*> Everybody() const;

 private:
  // Events that were distributed while somebody catches up, so that the last step needs no further read. Bounded: a
  // reader who is further behind reads another page. All of it is handed over at once, so it must not look like a slow
  // consumer's queue either.
  static constexpr size_t kRecentEvents = 1024;
  static constexpr size_t kRecentBytes = 256 * 1024;

  bool holding() const { return throttle_ != nullptr && throttle_->holding(); }
  void MakeCatchUp(Subscription& subscription);
  void HandOut(const Run& run);
  void HandOutHeld(const Throttle::Held& held, absl::Time stamp);
  void CallWaiting();
  void DropHeld();
  void Remember(absl::Span<const model::EnvelopePtr> events);
  void ForgetRecent();

  model::TopicPtr topic_;
  TenantView* tenant_;
  TopicRules rules_;
  std::unique_ptr<Throttle> throttle_;  // null: every event goes out at once
  bool ready_ = false;
  std::string epoch_;          // of the log that the following are offsets in; empty: not told yet
  uint64_t distributed_ = 0;   // the topic's last distributed offset, or the head at which live flow was confirmed
  uint64_t recent_after_ = 0;  // recent_ holds every event of the topic after this one
  std::vector<Subscription*> live_;
  std::vector<Subscription*> catching_up_;
  std::vector<model::EnvelopePtr> recent_;
  size_t recent_bytes_ = 0;
};

}  // namespace spanwire::fanout

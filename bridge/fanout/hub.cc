#include "bridge/fanout/hub.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "bridge/fanout/batch_message.h"

namespace spanwire::fanout {

Hub::Hub(model::TopicPtr topic, TenantView& tenant, TopicRules rules) : topic_(std::move(topic)), tenant_(&tenant) {
  ++tenant.hubs;
  SetRules(std::move(rules));
}

void Hub::SetRules(TopicRules rules) {
  assert(!holding());
  rules_ = std::move(rules);
  const config::TopicPolicy& policy = *rules_.policy;
  const bool throttled = policy.throttle.window > absl::ZeroDuration();
  throttle_ = throttled ? std::make_unique<Throttle>(policy.throttle, policy.conflate) : nullptr;
}

void Hub::Add(Subscription& subscription) {
  subscription.hub = this;
  catching_up_.push_back(&subscription);
  if (catching_up_.size() == 1) ForgetRecent();
  topic_->subscribers.fetch_add(1, std::memory_order_relaxed);
}

Hub::~Hub() {
  while (!live_.empty()) MakeCatchUp(*live_.back());
  for (Subscription* subscription : catching_up_) subscription->hub = nullptr;
  topic_->subscribers.fetch_sub(catching_up_.size(), std::memory_order_relaxed);
  --tenant_->hubs;
}

void Hub::Remove(Subscription& subscription) {
  if (subscription.live()) MakeCatchUp(subscription);
  std::erase(catching_up_, &subscription);
  if (catching_up_.empty()) ForgetRecent();
  subscription.hub = nullptr;
  topic_->subscribers.fetch_sub(1, std::memory_order_relaxed);
}

void Hub::Confirm(const broker::Head& head) {
  ready_ = true;
  // What was distributed before the first answer is of the log that the answer tells of.
  if (!tenant_->epoch.empty() && tenant_->epoch != head.epoch) tenant_->drained = 0;
  if (!epoch_.empty() && epoch_ != head.epoch) BeginLog();
  tenant_->epoch = head.epoch;
  epoch_ = head.epoch;
  tenant_->drained = std::max(tenant_->drained, head.offset);
  distributed_ = std::max(distributed_, head.offset);
  ForgetRecent();
}

void Hub::Interrupt() {
  ready_ = false;
  while (!live_.empty()) MakeCatchUp(*live_.back());
  DropHeld();
}

void Hub::BeginLog() {
  epoch_ = tenant_->epoch;
  distributed_ = 0;
  ForgetRecent();
}

Hub::Turn Hub::TurnLive(Subscription& subscription, uint64_t through, std::vector<model::EnvelopePtr>* missed) const {
  if (!ready_) return Turn::kWait;
  if (through > readable_through()) {
    subscription.waits_for_window = true;
    return Turn::kWait;
  }
  const uint64_t handed_out = std::min(distributed_, readable_through());
  if (through >= handed_out) return Turn::kNow;
  if (through < recent_after_) return Turn::kReadOn;
  for (const model::EnvelopePtr& event : recent_) {
    if (event->offset() > through && event->offset() <= handed_out) missed->push_back(event);
  }
  return Turn::kNow;
}

void Hub::GoLive(Subscription& subscription) {
  assert(ready_ && !subscription.live());
  std::erase(catching_up_, &subscription);
  if (catching_up_.empty()) ForgetRecent();
  subscription.live_index = static_cast<uint32_t>(live_.size());
  live_.push_back(&subscription);
}

void Hub::GoBack(Subscription& subscription, uint64_t position) {
  if (subscription.live()) MakeCatchUp(subscription);
  subscription.position = position;
}

bool Hub::Distribute(absl::Span<const model::EnvelopePtr> events, Throttle::Time now) {
  const uint64_t last = events.back()->offset();
  distributed_ = std::max(distributed_, last);
  tenant_->drained = std::max(tenant_->drained, last);
  if (!catching_up_.empty()) Remember(events);
  if (throttle_ == nullptr || (live_.empty() && !throttle_->open())) {
    HandOut(Run(events));
    return false;
  }
  const bool quiet = !throttle_->open();
  // What is held comes first: from then on the position is true for the first event, which does not wait.
  for (const model::EnvelopePtr& event : events.subspan(quiet ? 1 : 0)) throttle_->Hold(event);
  if (!quiet) return false;
  throttle_->Open(now);
  HandOut(Run(events.first(1)));
  return true;
}

bool Hub::EndWindow(Throttle::Time now, absl::Time stamp) {
  if (!holding()) {
    throttle_->Close();
    return false;
  }
  const Throttle::Held held = throttle_->Release();
  throttle_->Open(now);
  if (!live_.empty()) HandOutHeld(held, stamp);
  CallWaiting();
  return true;
}

void Hub::HandOutHeld(const Throttle::Held& held, absl::Time stamp) {
  rules_.counts->throttle_dropped.Add(held.dropped);
  rules_.counts->conflated.Add(held.conflated);
  if (held.events.size() == 1 && held.left_out() == 0) {
    HandOut(Run(held.events));
  } else {
    const model::EnvelopePtr batch = BatchMessage(topic_->name, held.events, held.left_out(), stamp);
    HandOut(Run(batch, held.events, held.first_offset));
  }
}

void Hub::HandOut(const Run& run) {
  // Backwards, because a subscriber may leave from within: then the last one, already served, takes its place.
  for (size_t i = live_.size(); i-- > 0;) {
    Subscription* subscription = live_[i];
    subscription->subscriber->OnRun(*subscription, run);
    if (i > live_.size()) i = live_.size();
  }
}

void Hub::CallWaiting() {
  const std::vector<Subscription*> candidates = catching_up_;
  for (Subscription* subscription : candidates) {
    if (!std::exchange(subscription->waits_for_window, false)) continue;
    subscription->subscriber->OnReady(*subscription);
  }
}

void Hub::DropHeld() {
  for (Subscription* subscription : catching_up_) subscription->waits_for_window = false;
  if (throttle_ == nullptr) return;
  throttle_->Release();
  throttle_->Close();
}

std::vector<Subscription*> Hub::Everybody() const {
  std::vector<Subscription*> everybody = live_;
  everybody.insert(everybody.end(), catching_up_.begin(), catching_up_.end());
  return everybody;
}

void Hub::MakeCatchUp(Subscription& subscription) {
  Subscription* moved = live_.back();
  live_[subscription.live_index] = moved;
  moved->live_index = subscription.live_index;
  live_.pop_back();
  subscription.live_index = Subscription::kNotLive;
  subscription.position = position();
  if (catching_up_.empty()) ForgetRecent();
  catching_up_.push_back(&subscription);
}

void Hub::Remember(absl::Span<const model::EnvelopePtr> events) {
  for (const model::EnvelopePtr& event : events) recent_bytes_ += event->frame().size();
  recent_.insert(recent_.end(), events.begin(), events.end());
  size_t surplus = 0;
  for (; recent_.size() - surplus > kRecentEvents || (recent_bytes_ > kRecentBytes && recent_.size() - surplus > 1);
       ++surplus) {
    recent_after_ = recent_[surplus]->offset();
    recent_bytes_ -= recent_[surplus]->frame().size();
  }
  recent_.erase(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(surplus));
}

void Hub::ForgetRecent() {
  recent_ = {};
  recent_bytes_ = 0;
  recent_after_ = distributed_;
}

}  // namespace spanwire::fanout

#include "bridge/fanout/hub.h"

#include <algorithm>
#include <cassert>

namespace spanwire::fanout {

void Hub::Add(Subscription& subscription) {
  subscription.hub = this;
  catching_up_.push_back(&subscription);
  if (catching_up_.size() == 1) ForgetRecent();
  topic_->subscribers.fetch_add(1, std::memory_order_relaxed);
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
  if (tenant_->epoch != head.epoch) {
    tenant_->epoch = head.epoch;
    tenant_->drained = 0;
  }
  tenant_->drained = std::max(tenant_->drained, head.offset);
  distributed_ = std::max(distributed_, head.offset);
  ForgetRecent();
}

void Hub::Interrupt() {
  ready_ = false;
  while (!live_.empty()) MakeCatchUp(*live_.back());
}

void Hub::Restart() {
  ready_ = true;
  distributed_ = 0;
  ForgetRecent();
}

Hub::Turn Hub::TurnLive(uint64_t through, std::vector<model::EnvelopePtr>* missed) const {
  if (!ready_) return Turn::kWait;
  if (through >= distributed_) return Turn::kNow;
  if (through < recent_after_) return Turn::kReadOn;
  for (const model::EnvelopePtr& event : recent_) {
    if (event->offset() > through) missed->push_back(event);
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

void Hub::Distribute(const Run& run) {
  const uint64_t last = run.events().back()->offset();
  distributed_ = std::max(distributed_, last);
  tenant_->drained = std::max(tenant_->drained, last);
  if (!catching_up_.empty()) Remember(run);
  // Backwards, because a subscriber may leave from within: then the last one, already served, takes its place.
  for (size_t i = live_.size(); i-- > 0;) {
    Subscription* subscription = live_[i];
    subscription->subscriber->OnRun(*subscription, run);
    if (i > live_.size()) i = live_.size();
  }
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

void Hub::Remember(const Run& run) {
  for (const model::EnvelopePtr& event : run.events()) recent_bytes_ += event->frame().size();
  recent_.insert(recent_.end(), run.events().begin(), run.events().end());
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

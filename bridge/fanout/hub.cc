#include "bridge/fanout/hub.h"

#include <algorithm>
#include <cassert>

namespace spanwire::fanout {

void Hub::Add(Subscription& subscription) {
  subscription.hub = this;
  catching_up_.push_back(&subscription);
  if (catching_up_.size() == 1) {
    recent_.clear();
    recent_after_ = distributed_;
  }
  topic_->subscribers.fetch_add(1, std::memory_order_relaxed);
}

void Hub::Remove(Subscription& subscription) {
  if (subscription.live()) MakeCatchUp(subscription);
  std::erase(catching_up_, &subscription);
  if (catching_up_.empty()) recent_ = {};
  subscription.hub = nullptr;
  topic_->subscribers.fetch_sub(1, std::memory_order_relaxed);
}

void Hub::Confirm(const broker::Head& head) {
  ready_ = true;
  if (tenant_->epoch != head.epoch) *tenant_ = {.epoch = head.epoch, .drained = 0};
  tenant_->drained = std::max(tenant_->drained, head.offset);
  distributed_ = std::max(distributed_, head.offset);
  recent_.clear();
  recent_after_ = distributed_;
}

void Hub::Interrupt() {
  ready_ = false;
  while (!live_.empty()) MakeCatchUp(*live_.back());
}

void Hub::Restart() {
  ready_ = true;
  distributed_ = 0;
  recent_.clear();
  recent_after_ = 0;
}

bool Hub::GoLive(Subscription& subscription, uint64_t through, std::vector<model::EnvelopePtr>* missed) {
  if (!ready_) return false;
  if (through < distributed_) {
    if (through < recent_after_) return false;
    size_t bytes = 0;
    for (const model::EnvelopePtr& event : recent_) {
      if (event->offset() <= through) continue;
      bytes += event->frame().size();
      missed->push_back(event);
    }
    if (bytes > kHandOverBytes && missed->size() > 1) {
      missed->clear();
      return false;
    }
  }
  MakeLive(subscription);
  return true;
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

void Hub::MakeLive(Subscription& subscription) {
  assert(!subscription.live());
  std::erase(catching_up_, &subscription);
  if (catching_up_.empty()) recent_ = {};
  subscription.live_index = static_cast<uint32_t>(live_.size());
  live_.push_back(&subscription);
}

void Hub::MakeCatchUp(Subscription& subscription) {
  Subscription* moved = live_.back();
  live_[subscription.live_index] = moved;
  moved->live_index = subscription.live_index;
  live_.pop_back();
  subscription.live_index = Subscription::kNotLive;
  subscription.position = tenant_->drained;
  if (catching_up_.empty()) {
    recent_.clear();
    recent_after_ = distributed_;
  }
  catching_up_.push_back(&subscription);
}

void Hub::Remember(const Run& run) {
  recent_.insert(recent_.end(), run.events().begin(), run.events().end());
  if (recent_.size() <= kRecentEvents) return;
  const size_t surplus = recent_.size() - kRecentEvents;
  recent_after_ = recent_[surplus - 1]->offset();
  recent_.erase(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(surplus));
}

}  // namespace spanwire::fanout

#include "bridge/fanout/shard.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "bridge/model/absl_view.h"

namespace spanwire::fanout {

Shard::Shard(int index, broker::Broker& broker, observe::ShardMetrics& metrics, const Options& options)
    : index_(index),
      bit_(uint64_t{1} << index),
      broker_(broker),
      metrics_(metrics),
      options_(options),
      sweep_timer_(io_),
      window_timer_(io_),
      inbox_(bit_, options.inbox_events, options.inbox_bytes) {
  assert(index >= 0 && index < 64);
}

Shard::~Shard() = default;

// ---- Draining

void Shard::Wake() {
  if (inbox_.pending()) Schedule();
}

void Shard::Schedule() {
  if (scheduled_.exchange(true, std::memory_order_acq_rel)) return;
  Post([this] { DrainTurn(); });
}

void Shard::DrainTurn() {
  scheduled_.store(false, std::memory_order_release);
  if (next_ < draining_.events.size() || Refill()) DistributeSome(kEventsPerTurn);
  if (next_ < draining_.events.size() || inbox_.pending()) Schedule();
}

void Shard::DrainAll() {
  while (next_ < draining_.events.size() || Refill()) DistributeSome(kEventsPerTurn);
}

bool Shard::Refill() {
  draining_.events.clear();
  draining_.resets.clear();
  next_ = next_reset_ = 0;
  inbox_.Take(draining_);
  if (draining_.overflowed) {
    metrics_.inbox_overflows.Add();
    Resynchronize();
  }
  return !draining_.events.empty() || !draining_.resets.empty();
}

void Shard::DistributeSome(size_t max_events) {
  const size_t end = next_ + std::min(max_events, draining_.events.size() - next_);
  // One run means one send per subscriber: nothing to gather.
  std::optional<CorkScope> cork;
  if (!draining_.resets.empty() || next_ + NextRunLength(next_, end) < end) cork.emplace(*this);
  while (true) {
    while (next_reset_ < draining_.resets.size() && draining_.resets[next_reset_].before <= next_) {
      ApplyReset(draining_.resets[next_reset_++]);
    }
    if (next_ == end) break;
    size_t until = end;
    if (next_reset_ < draining_.resets.size()) until = std::min(until, draining_.resets[next_reset_].before);
    const size_t length = NextRunLength(next_, until);
    DistributeRun(absl::MakeConstSpan(draining_.events).subspan(next_, length));
    next_ += length;
  }
  if (next_ == draining_.events.size()) {
    draining_.events.clear();
    next_ = 0;
  }
}

size_t Shard::NextRunLength(size_t from, size_t to) const {
  size_t bytes = 0;
  size_t end = from;
  while (end < to && draining_.events[end]->topic() == draining_.events[from]->topic()) {
    bytes += draining_.events[end]->frame().size();
    if (end > from && bytes > kRunBytes) break;
    ++end;
  }
  return end - from;
}

void Shard::DistributeRun(absl::Span<const model::EnvelopePtr> events) {
  auto found = hubs_.find(events.front()->topic().get());
  if (found == hubs_.end()) return;
  Hub& hub = *found->second;
  if (options_.policies != nullptr && hub.rules().generation != options_.policies->generation()) RefreshRules(hub);
  // Only throttled topics need to know the time.
  const bool throttled = hub.rules().policy->throttle.window > absl::ZeroDuration();
  if (hub.Distribute(events, throttled ? options_.steady_now() : Throttle::Time())) ExpectEndOfWindow(hub);
}

void Shard::ApplyReset(const Inbox::Reset& reset) {
  auto tenant = tenants_.find(reset.tenant);
  if (tenant == tenants_.end()) return;
  tenant->second->epoch = reset.epoch;
  tenant->second->drained = 0;
  std::vector<Hub*> affected;
  for (const auto& [topic, hub] : hubs_) {
    if (&hub->tenant() != tenant->second.get()) continue;
    if (hub->ready()) {
      affected.push_back(hub.get());
    } else {
      hub->BeginLog();
      hub->ask_again = true;  // the answer that is on its way may be of the old log
    }
  }
  for (Hub* hub : affected) {
    hub->Interrupt();
    hub->BeginLog();
    hub->Resume();
    for (Subscription* subscription : hub->Everybody()) subscription->subscriber->OnReset(*subscription);
  }
}

// ---- Windows of throttled topics

TopicRules Shard::RulesFor(const model::Topic& topic) {
  TopicRules rules{.policy = no_policy_, .counts = nullptr, .generation = 0};
  if (options_.policies != nullptr) {
    rules.generation = options_.policies->generation();
    rules.policy = options_.policies->For(topic.name);
  }
  rules.counts = &metrics_.patterns.Of(rules.policy->match);
  return rules;
}

void Shard::RefreshRules(Hub& hub) {
  if (hub.window_open()) hub.EndWindow(options_.steady_now(), options_.clock->Now());
  hub.SetRules(RulesFor(*hub.topic()));
}

void Shard::ExpectEndOfWindow(const Hub& hub) {
  const std::optional<WindowQueue::Time> before = windows_.next();
  windows_.Add(hub.window_ends(), hub.topic());
  if (!before || hub.window_ends() < *before) ArmWindowTimer();
}

void Shard::ArmWindowTimer() {
  const std::optional<WindowQueue::Time> next = windows_.next();
  if (!next) return;
  window_timer_.expires_after(*next - options_.steady_now());
  window_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    EndWindows();
    ArmWindowTimer();
  });
}

void Shard::EndWindows() {
  CorkScope cork(*this);
  const WindowQueue::Time now = options_.steady_now();
  while (const model::TopicPtr topic = windows_.TakeEnded(now)) {
    const auto found = hubs_.find(topic.get());
    if (found == hubs_.end()) continue;
    Hub& hub = *found->second;
    // The window that was meant may have been closed since, and another one opened.
    if (!hub.window_open() || hub.window_ends() > now) continue;
    if (hub.EndWindow(now, options_.clock->Now())) windows_.Add(hub.window_ends(), topic);
  }
}

// ---- Topics: the shard's thread

bool Shard::Join(const model::TopicPtr& topic, Subscription& subscription) {
  std::unique_ptr<Hub>& hub = hubs_[topic.get()];
  const bool fresh = hub == nullptr;
  if (fresh) {
    std::unique_ptr<TenantView>& tenant = tenants_[topic->tenant];
    if (tenant == nullptr) tenant = std::make_unique<TenantView>();
    hub = std::make_unique<Hub>(topic, *tenant, RulesFor(*topic));
  }
  hub->Add(subscription);
  metrics_.subscriptions.Add();
  if (fresh) AskForInterest(*hub);
  return hub->ready();
}

void Shard::Leave(Subscription& subscription) {
  Hub* hub = subscription.hub;
  if (hub == nullptr) return;
  hub->Remove(subscription);
  metrics_.subscriptions.Sub();
  if (hub->members() == 0) ArmSweep();
}

void Shard::AskForInterest(Hub& hub) {
  hub.topic()->shards.fetch_or(bit_, std::memory_order_seq_cst);
  broker_.AddInterest(hub.topic(), [this, topic = hub.topic()](absl::StatusOr<broker::Head> head) {
    Post([this, topic, head = std::move(head)]() mutable { OnInterest(topic, std::move(head)); });
  });
}

void Shard::OnInterest(const model::TopicPtr& topic, absl::StatusOr<broker::Head> head) {
  auto found = hubs_.find(topic.get());
  if (found == hubs_.end()) return;
  if (!head.ok()) {
    GiveUp(found, head.status());
    return;
  }
  // What lies in the inbox of other topics up to the head goes first: then the head is a true position for all.
  DrainAll();
  found = hubs_.find(topic.get());
  if (found == hubs_.end()) return;
  Hub& hub = *found->second;
  if (std::exchange(hub.ask_again, false)) {
    AskForInterest(hub);
    broker_.RemoveInterest(topic);
    return;
  }
  hub.Confirm(*head);
  CorkScope cork(*this);
  for (Subscription* subscription : hub.Everybody()) subscription->subscriber->OnReady(*subscription);
  if (hub.members() == 0) ArmSweep();
}

void Shard::GiveUp(Hubs::iterator where, const absl::Status& why) {
  {
    const std::unique_ptr<Hub> hub = std::move(where->second);
    hubs_.erase(where);
    hub->topic()->shards.fetch_and(~bit_, std::memory_order_seq_cst);
    for (Subscription* subscription : hub->Everybody()) {
      hub->Remove(*subscription);
      metrics_.subscriptions.Sub();
      subscription->subscriber->OnUnavailable(*subscription, why);
    }
  }
  ForgetTenants();
}

void Shard::Resynchronize() {
  for (const auto& [topic, hub] : hubs_) {
    if (!hub->ready()) {
      // Events behind the answer that is on its way may be among those dropped.
      hub->ask_again = true;
      continue;
    }
    hub->Interrupt();
    AskForInterest(*hub);
    broker_.RemoveInterest(hub->topic());
  }
}

void Shard::ArmSweep() {
  if (sweep_armed_) return;
  sweep_armed_ = true;
  sweep_timer_.expires_after(absl::ToChronoMilliseconds(options_.topic_linger));
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    sweep_armed_ = false;
    SweepHubs();
  });
}

void Shard::SweepHubs() {
  absl::erase_if(hubs_, [this](const auto& entry) {
    Hub& hub = *entry.second;
    if (hub.members() > 0 || !hub.ready()) return false;
    hub.topic()->shards.fetch_and(~bit_, std::memory_order_seq_cst);
    broker_.RemoveInterest(hub.topic());
    return true;
  });
  ForgetTenants();
}

void Shard::ForgetTenants() {
  absl::erase_if(tenants_, [](const auto& entry) { return entry.second->hubs == 0; });
}

void Shard::Read(const model::TopicPtr& topic, uint64_t after, broker::ReadLimits limits,
                 broker::Broker::Done<broker::Page> done) {
  broker_.Read(topic, after, limits, [this, done = std::move(done)](absl::StatusOr<broker::Page> page) mutable {
    Post([this, done = std::move(done), page = std::move(page)]() mutable {
      // Whatever the page holds and the inbox as well is distributed first, so that nothing of it comes twice.
      DrainAll();
      done(std::move(page));
    });
  });
}

void Shard::ReadLast(const model::TopicPtr& topic, size_t count, broker::ReadLimits limits,
                     broker::Broker::Done<broker::Page> done) {
  broker_.ReadLast(topic, count, limits, [this, done = std::move(done)](absl::StatusOr<broker::Page> page) mutable {
    Post([this, done = std::move(done), page = std::move(page)]() mutable {
      // Whatever the page holds and the inbox as well is distributed first, so that nothing of it comes twice.
      DrainAll();
      done(std::move(page));
    });
  });
}

}  // namespace spanwire::fanout

#include "bridge/fanout/inbox.h"

#include <utility>

namespace spanwire::fanout {

void Inbox::Add(absl::Span<const model::EnvelopePtr> events) {
  absl::MutexLock lock(&mutex_);
  if (!waiting_.overflowed) {
    for (const model::EnvelopePtr& event : events) {
      if ((event->topic()->shards.load(std::memory_order_relaxed) & shard_bit_) == 0) continue;
      waiting_.events.push_back(event);
      waiting_bytes_ += event->memory();
    }
    if (waiting_.events.size() > max_events_ || waiting_bytes_ > max_bytes_) {
      waiting_.overflowed = true;
      waiting_.events = {};
      waiting_bytes_ = 0;
      for (Reset& reset : waiting_.resets) reset.before = 0;
    }
  }
  pending_.store(true, std::memory_order_release);
}

void Inbox::AddReset(std::string_view tenant, std::string_view epoch) {
  absl::MutexLock lock(&mutex_);
  waiting_.resets.push_back(
      {.tenant = std::string(tenant), .epoch = std::string(epoch), .before = waiting_.events.size()});
  pending_.store(true, std::memory_order_release);
}

void Inbox::Take(Batch& batch) {
  absl::MutexLock lock(&mutex_);
  batch.events.swap(waiting_.events);
  batch.resets.swap(waiting_.resets);
  waiting_bytes_ = 0;
  batch.overflowed = std::exchange(waiting_.overflowed, false);
  pending_.store(false, std::memory_order_release);
}

}  // namespace spanwire::fanout

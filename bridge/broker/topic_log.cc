#include "bridge/broker/topic_log.h"

#include <algorithm>
#include <utility>

namespace spanwire::broker {

Footprint TopicLog::footprint() const {
  // A topic that somebody wants stays whatever it costs, so only its events count.
  const bool stays = has_interest();
  return {.events = ring_.size(), .bytes = ring_.bytes() + (stays ? 0 : kOverheadBytes)};
}

bool TopicLog::RemoveInterest() {
  if (interest_ == 0) return false;
  --interest_;
  return true;
}

void TopicLog::FollowPolicy(const config::TopicPolicies& policies) {
  const uint64_t generation = policies.generation();
  if (generation == policy_generation_) return;
  policy_ = policies.For(topic_->name);
  policy_generation_ = generation;
}

void TopicLog::Append(model::EnvelopePtr event, absl::Time now, Discards& discards) {
  const config::HistoryPolicy& policy = policy_->history;
  last_offset_ = event->offset();
  last_event_at_ = event->accepted_at();
  last_used_ = now;
  ++published_;
  const size_t bytes = event->memory();
  while (!ring_.empty() && (ring_.size() >= policy.max_events || ring_.bytes() + bytes > policy.max_bytes)) {
    DiscardOldest(discards);
  }
  if (policy.max_events == 0 || bytes > policy.max_bytes) {
    lost_through_ = event->offset();
    discards.events.push_back(std::move(event));
    return;
  }
  ring_.PushBack(std::move(event));
}

size_t TopicLog::Trim(absl::Time now, size_t max_events, Discards& discards) {
  const config::HistoryPolicy& policy = policy_->history;
  const absl::Time cutoff = now - policy.max_age;
  size_t count = 0;
  while (count < max_events && !ring_.empty() &&
         (ring_.front()->accepted_at() <= cutoff || ring_.size() > policy.max_events ||
          ring_.bytes() > policy.max_bytes)) {
    DiscardOldest(discards);
    ++count;
  }
  return count;
}

void TopicLog::DiscardOldest(Discards& discards) {
  lost_through_ = ring_.front()->offset();
  discards.events.push_back(ring_.PopFront());
}

void TopicLog::CopyAfter(uint64_t after, const ReadLimits& limits, Page& page) const {
  page.lost_through = lost_through_;
  page.through = page.head;
  const size_t begin = ring_.IndexAfter(after);
  size_t bytes = 0;
  for (size_t i = begin; i < ring_.size(); ++i) {
    bytes += ring_[i]->json().size();
    const bool full = i - begin >= limits.max_events || bytes > limits.max_bytes;
    if (full && i > begin) {
      page.through = ring_[i - 1]->offset();
      return;
    }
    page.events.push_back(ring_[i]);
  }
}

void TopicLog::CopyLast(size_t count, const ReadLimits& limits, Page& page) const {
  page.lost_through = lost_through_;
  page.through = page.head;
  const size_t most = std::min({count, ring_.size(), std::max<size_t>(limits.max_events, 1)});
  size_t bytes = 0;
  size_t taken = 0;
  for (; taken < most; ++taken) {
    bytes += ring_[ring_.size() - 1 - taken]->json().size();
    if (bytes > limits.max_bytes && taken > 0) break;
  }
  for (size_t i = ring_.size() - taken; i < ring_.size(); ++i) page.events.push_back(ring_[i]);
}

TopicInfo TopicLog::Info(const std::string& epoch) const {
  return {.topic = topic_,
          .epoch = epoch,
          .history_events = ring_.size(),
          .history_bytes = ring_.bytes(),
          .first_offset = ring_.empty() ? 0 : ring_.front()->offset(),
          .last_offset = last_offset_,
          .lost_through = lost_through_,
          .published_events = published_,
          .last_event_at = last_event_at_,
          .max_events = policy_->history.max_events,
          .max_bytes = policy_->history.max_bytes,
          .max_age = policy_->history.max_age};
}

}  // namespace spanwire::broker

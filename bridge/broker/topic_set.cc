#include "bridge/broker/topic_set.h"

namespace spanwire::broker {

TopicLog* TopicSet::Find(const model::Topic* topic) const {
  const auto found = places_.find(topic);
  return found == places_.end() ? nullptr : found->second.log;
}

TopicLog& TopicSet::Add(std::unique_ptr<TopicLog> log) {
  TopicLog& added = *log;
  const uint64_t age_key = added.oldest_offset();
  places_.emplace(added.topic(), Place{&added, all_.size(), age_key});
  all_.push_back(std::move(log));
  by_age_.emplace(age_key, &added);
  return added;
}

std::unique_ptr<TopicLog> TopicSet::Remove(const TopicLog& log) {
  const auto found = places_.find(log.topic());
  const Place place = found->second;
  places_.erase(found);
  by_age_.erase({place.age_key, place.log});
  std::swap(all_[place.index], all_.back());
  std::unique_ptr<TopicLog> removed = std::move(all_.back());
  all_.pop_back();
  if (place.index < all_.size()) places_.find(all_[place.index]->topic())->second.index = place.index;
  return removed;
}

void TopicSet::SetEvictable(TopicLog& log, bool evictable) {
  Place& place = places_.find(log.topic())->second;
  by_age_.erase({place.age_key, &log});
  place.age_key = log.oldest_offset();
  if (evictable) by_age_.emplace(place.age_key, &log);
}

TopicLog* TopicSet::Oldest() {
  while (!by_age_.empty()) {
    const auto [age_key, log] = *by_age_.begin();
    if (age_key == log->oldest_offset()) return log;
    SetEvictable(*log, true);
  }
  return nullptr;
}

}  // namespace spanwire::broker

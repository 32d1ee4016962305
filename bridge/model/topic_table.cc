#include "bridge/model/topic_table.h"

namespace spanwire::model {

TopicPtr TopicTable::Intern(std::string_view tenant, std::string_view name) {
  absl::MutexLock lock(&mutex_);
  auto found = topics_.find(KeyOf(tenant, name));
  if (found != topics_.end()) {
    if (TopicPtr topic = found->second.alive.lock()) return topic;
    // Its last holder is gone and about to call Forget, which will see that the entry is no longer its own.
    topics_.erase(found);
  }
  TopicPtr topic(new Topic(tenant, name), [this](Topic* gone) { Forget(gone); });
  topics_.emplace(KeyOf(topic->tenant, topic->name), Entry{topic.get(), topic});
  return topic;
}

TopicPtr TopicTable::Find(std::string_view tenant, std::string_view name) const {
  absl::MutexLock lock(&mutex_);
  auto found = topics_.find(KeyOf(tenant, name));
  return found == topics_.end() ? nullptr : found->second.alive.lock();
}

std::vector<TopicPtr> TopicTable::List() const {
  std::vector<TopicPtr> list;
  absl::MutexLock lock(&mutex_);
  list.reserve(topics_.size());
  for (const auto& [key, entry] : topics_) {
    if (TopicPtr topic = entry.alive.lock()) list.push_back(std::move(topic));
  }
  return list;
}

void TopicTable::Forget(Topic* topic) {
  {
    absl::MutexLock lock(&mutex_);
    auto found = topics_.find(KeyOf(topic->tenant, topic->name));
    if (found != topics_.end() && found->second.topic == topic) topics_.erase(found);
  }
  delete topic;
}

}  // namespace spanwire::model

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "bridge/broker/topic_log.h"

namespace spanwire::broker {

// The topics of one tenant that are in memory: found by their interned topic; walked by index, so that a walk over many
// can be done a few at a time; and ordered by age for eviction. Not thread safe.
class TopicSet {
 public:
  size_t size() const { return all_.size(); }
  TopicLog& at(size_t index) { return *all_[index]; }
  // Null where the topic is not in memory.
  TopicLog* Find(const model::Topic* topic) const;

  // There must be none of that topic. It is evictable.
  TopicLog& Add(std::unique_ptr<TopicLog> log);
  // The last topic takes the index of the one removed.
  std::unique_ptr<TopicLog> Remove(const TopicLog& log);

  // Whether Oldest() may name the topic.
  void SetEvictable(TopicLog& log, bool evictable);
  // The evictable topic with the lowest oldest_offset(); null where none is evictable.
  TopicLog* Oldest();

 private:
  // A topic's oldest_offset() only rises, and with every event once its ring is full. So the order is put right when
  // somebody asks for it: until then a topic's key is at most its oldest_offset().
  using AgeKey = std::pair<uint64_t, TopicLog*>;
  struct Place {
    TopicLog* log;
    size_t index;
    uint64_t age_key;
  };

  absl::flat_hash_map<const model::Topic*, Place> places_;
  std::vector<std::unique_ptr<TopicLog>> all_;
  absl::btree_set<AgeKey> by_age_;  // of the evictable ones
};

}  // namespace spanwire::broker

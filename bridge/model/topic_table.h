#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "bridge/model/absl_view.h"

namespace spanwire::model {

// One (tenant, topic), interned: equal names are the same object, so hot paths compare pointers and carry no strings.
// Lives as long as somebody holds a TopicPtr (a history, a subscription, an event on its way).
struct Topic {
  const std::string tenant;
  const std::string name;

  // Bit i: shard i has subscriptions. Set and cleared by the fan-out, read by publishers.
  std::atomic<uint64_t> shards{0};
  // Subscriptions on this bridge. Written by the fan-out; a hint for publishers and admins.
  std::atomic<uint32_t> subscribers{0};

  Topic(std::string_view tenant_id, std::string_view topic_name) : tenant(tenant_id), name(topic_name) {}
};

using TopicPtr = std::shared_ptr<Topic>;

// Interns topics. Thread safe. Must outlive every TopicPtr that it gave out.
class TopicTable {
 public:
  TopicTable() = default;
  TopicTable(const TopicTable&) = delete;
  TopicTable& operator=(const TopicTable&) = delete;

  // The topic of that name; `name` must have passed ValidateTopic.
  TopicPtr Intern(std::string_view tenant, std::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);
  // The topic of that name where somebody holds it, else null.
  TopicPtr Find(std::string_view tenant, std::string_view name) const ABSL_LOCKS_EXCLUDED(mutex_);
  // All topics that somebody holds, in no order.
  std::vector<TopicPtr> List() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = std::pair<absl::string_view, absl::string_view>;  // points into the Topic of its entry
  struct Entry {
    const Topic* topic;
    std::weak_ptr<Topic> alive;
  };

  static Key KeyOf(std::string_view tenant, std::string_view name) { return {ToAbsl(tenant), ToAbsl(name)}; }
  void Forget(Topic* topic) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<Key, Entry> topics_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::model

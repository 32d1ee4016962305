#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/config/config.h"

namespace spanwire::config {

// The topic policies in force, which a reload replaces while everything runs. Thread safe.
//
// Who keeps a policy also keeps the generation() that it read before For(), and asks again when that has changed; the
// look costs one load.
class TopicPolicies {
 public:
  explicit TopicPolicies(std::vector<TopicPolicy> list = {});
  TopicPolicies(const TopicPolicies&) = delete;
  TopicPolicies& operator=(const TopicPolicies&) = delete;

  // The policy in force for a topic: the first that matches, else the defaults, whose pattern is `*`. Never null; what
  // is given out stays as it is when policies are replaced.
  std::shared_ptr<const TopicPolicy> For(std::string_view topic) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Grows with every Replace.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  void Replace(std::vector<TopicPolicy> list) ABSL_LOCKS_EXCLUDED(mutex_);

  // All of them, in the order in which they are tried.
  std::shared_ptr<const std::vector<TopicPolicy>> list() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;  // held to copy or swap the pointer
  std::shared_ptr<const std::vector<TopicPolicy>> list_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> generation_{1};
};

}  // namespace spanwire::config

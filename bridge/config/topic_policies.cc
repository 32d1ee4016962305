#include "bridge/config/topic_policies.h"

#include <utility>

#include "bridge/model/topic_name.h"

namespace spanwire::config {

TopicPolicies::TopicPolicies(std::vector<TopicPolicy> list)
    : list_(std::make_shared<const std::vector<TopicPolicy>>(std::move(list))) {}

std::shared_ptr<const TopicPolicy> TopicPolicies::For(std::string_view topic) const {
  static const auto kDefaults = std::make_shared<const TopicPolicy>();
  const std::shared_ptr<const std::vector<TopicPolicy>> policies = list();
  for (const TopicPolicy& policy : *policies) {
    if (model::TopicMatches(policy.match, topic)) return {policies, &policy};
  }
  return kDefaults;
}

void TopicPolicies::Replace(std::vector<TopicPolicy> list) {
  auto replaced = std::make_shared<const std::vector<TopicPolicy>>(std::move(list));
  {
    absl::MutexLock lock(&mutex_);
    list_.swap(replaced);
  }
  // After the swap: who sees the new number sees the new list, or one still newer.
  generation_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const std::vector<TopicPolicy>> TopicPolicies::list() const {
  absl::MutexLock lock(&mutex_);
  return list_;
}

}  // namespace spanwire::config

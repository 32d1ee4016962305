#include "bridge/config/config.h"

#include "bridge/model/topic_name.h"

namespace spanwire::config {

const TopicPolicy& Config::PolicyFor(std::string_view topic) const {
  static const TopicPolicy kDefault;
  for (const TopicPolicy& policy : topics) {
    if (model::TopicMatches(policy.match, topic)) return policy;
  }
  return kDefault;
}

}  // namespace spanwire::config

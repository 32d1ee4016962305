#pragma once

#include <cstdint>
#include <memory>

#include "bridge/config/config.h"
#include "bridge/observe/pattern_counters.h"

namespace spanwire::fanout {

// What is in force for a topic on a shard, and where it is counted.
struct TopicRules {
  std::shared_ptr<const config::TopicPolicy> policy;
  observe::PatternCounts* counts = nullptr;  // of the policy's pattern; the shard's own
  uint64_t generation = 0;                   // of the policies that it is one of
};

}  // namespace spanwire::fanout

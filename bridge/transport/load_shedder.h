#pragma once

#include <memory>
#include <vector>

#include "bridge/model/clock.h"
#include "bridge/observe/log_limiter.h"
#include "bridge/transport/outbound_budget.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// Closes the largest outbound queues of the whole bridge, whichever shard they are on: every shard names its largest,
// the last one that did picks, and every shard closes those of its own. Any thread; the shards run as long as it lives,
// or never again.
class LoadShedder {
 public:
  LoadShedder(OutboundBudget& budget, const model::Clock& clock)
      : budget_(budget), log_limiter_(1, absl::Seconds(1), clock) {}
  LoadShedder(const LoadShedder&) = delete;
  LoadShedder& operator=(const LoadShedder&) = delete;

  // All shards, before the first Shed().
  void SetShards(std::vector<ShardContext*> shards) { shards_ = std::move(shards); }

  // Returns at once; the budget is told when it is done.
  void Shed();

 private:
  struct Round;

  void Pick(const std::shared_ptr<Round>& round);

  OutboundBudget& budget_;
  observe::LogLimiter log_limiter_;
  std::vector<ShardContext*> shards_;
};

}  // namespace spanwire::transport

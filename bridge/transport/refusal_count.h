#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "bridge/model/clock.h"
#include "bridge/observe/log_limiter.h"
#include "bridge/observe/metrics.h"

namespace spanwire::transport {

// Counts connections that are refused because there are too many, and says so in the log, at most once in ten seconds
// for all shards. Thread safe; borrows `clock`.
class RefusalCount {
 public:
  explicit RefusalCount(const model::Clock& clock) : log_limiter_(1, absl::Seconds(10), clock) {}

  // `metrics` are of the shard that calls.
  void Count(observe::ShardMetrics& metrics, observe::Cap cap, const boost::asio::ip::tcp::endpoint& remote);

 private:
  observe::LogLimiter log_limiter_;
};

}  // namespace spanwire::transport

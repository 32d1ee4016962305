#pragma once

#include <boost/asio/steady_timer.hpp>

#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// Turns a shard's timer wheel while the shard has connections, which are all that arm timers: without them the shard
// sleeps. Shard thread only, but for construction and destruction.
class ShardTicker {
 public:
  explicit ShardTicker(ShardContext& context) : context_(context), timer_(context.shard.io()) {}
  ShardTicker(const ShardTicker&) = delete;
  ShardTicker& operator=(const ShardTicker&) = delete;

  // There may be a connection. Nothing where it ticks already.
  void Start();
  // For good.
  void Stop();

 private:
  void Wait();

  ShardContext& context_;
  boost::asio::steady_timer timer_;
  bool ticking_ = false;
  bool stopped_ = false;
};

}  // namespace spanwire::transport

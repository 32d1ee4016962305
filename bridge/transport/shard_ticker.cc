#include "bridge/transport/shard_ticker.h"

#include <utility>

namespace spanwire::transport {

void ShardTicker::Start() {
  if (!stopped_ && !std::exchange(ticking_, true)) Wait();
}

void ShardTicker::Stop() {
  stopped_ = true;
  timer_.cancel();
}

void ShardTicker::Wait() {
  timer_.expires_after(ShardContext::kTick);
  timer_.async_wait([this](boost::system::error_code) {
    if (stopped_) return;
    context_.wheel.Advance(std::chrono::steady_clock::now());
    ticking_ = context_.connections.size() > 0;
    if (ticking_) Wait();
  });
}

}  // namespace spanwire::transport

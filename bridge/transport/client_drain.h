#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bridge/transport/shard_context.h"
#include "bridge/transport/timer_wheel.h"

namespace spanwire::transport {

// Tells the clients of one shard that the bridge goes away: in random order, spread over a time, so that they do not
// all come to another bridge at once. Shard thread only, but for construction and destruction.
class ClientDrain final : private Timer {
 public:
  explicit ClientDrain(ShardContext& context) : context_(context) {}

  // Tells those that are there when everything published so far has been handed to them: over `window` at most, each
  // kEach after the one before where they are few. Once.
  void Start(absl::Duration window);

 private:
  static constexpr absl::Duration kEach = absl::Milliseconds(10);

  void Begin(absl::Duration window);
  void OnTimer() override;

  ShardContext& context_;
  std::vector<std::string> client_ids_;
  size_t told_ = 0;
  absl::Duration each_;
  absl::Time begun_;
};

}  // namespace spanwire::transport

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bridge/config/config.h"
#include "bridge/fanout/conflation.h"
#include "bridge/model/envelope.h"

namespace spanwire::fanout {

// The window of one throttled topic on one shard (docs/protocol.md, section 5): what comes while it is open is held
// until it ends. Knows no subscribers and no timer. One thread.
class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // What a window held.
  struct Held {
    std::vector<model::EnvelopePtr> events;  // offsets ascending
    uint64_t first_offset = 0;               // of all that it took
    uint64_t dropped = 0;                    // left out because the batch was full
    uint64_t conflated = 0;                  // gave way to a newer one of their key

    uint64_t left_out() const { return dropped + conflated; }
  };

  // `conflate` is the name of the key's field, empty: no keys.
  Throttle(const config::ThrottlePolicy& policy, std::string conflate);

  bool open() const { return open_; }
  // Not when quiet.
  Time ends() const { return ends_; }
  void Open(Time now);
  void Close() { open_ = false; }

  // Takes an event that comes while the window is open.
  void Hold(const model::EnvelopePtr& event);
  bool holding() const { return first_held_ != 0; }
  // Of all that it took since the last Release(), whether kept or left out. Not unless holding.
  uint64_t first_held() const { return first_held_; }
  // What goes out now.
  Held Release();

 private:
  // Of JSON in one batch: what one send can mean for a client's queue is bounded.
  static constexpr size_t kMaxBatchBytes = 256 * 1024;

  const config::ThrottlePolicy policy_;
  const std::string conflate_;
  NewestEvents events_;
  uint64_t dropped_ = 0;
  uint64_t conflated_ = 0;
  uint64_t first_held_ = 0;  // 0: nothing
  Time ends_;
  bool open_ = false;
};

}  // namespace spanwire::fanout

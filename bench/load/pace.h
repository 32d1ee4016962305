#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "bench/load/delivery_progress.h"

namespace spanwire::bench {

struct PaceOptions {
  uint64_t batch = 1;       // events of a turn
  uint64_t in_flight = 64;  // at most so many published that some subscriber lacks; at least `batch`
  double rate = 0;          // turns a second, whatever is in flight; 0: as fast as in_flight allows
};

// Events to publish now: `count` of them from number `first` on.
struct Turn {
  uint64_t first = 0;
  uint64_t count = 0;
  // What to stamp them with. At a fixed rate the moment they were due, so that a publisher that is late counts too.
  int64_t due_ns = 0;
};

// When a publisher publishes: one thread.
class Pace {
 public:
  Pace(const PaceOptions& options, DeliveryProgress progress);

  // Waits for the next turn. None: the measurement is over, or it takes longer than any should.
  std::optional<Turn> Next();
  // Tells the subscribers that what is published is all there will be.
  void Settle() { progress_.Settle(); }

  uint64_t published() const { return published_; }

 private:
  const PaceOptions options_;
  DeliveryProgress progress_;
  const absl::Time deadline_;
  int64_t due_ns_;
  uint64_t published_ = 0;
};

}  // namespace spanwire::bench

#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace spanwire::bench {

// What all subscribers have received, told by their process to whoever publishes, through shared memory. It lets a
// publisher keep a fixed number of events in flight from end to end: queues do not fill, and what is measured is the
// bridge and not the depth of a buffer.
//
// Events are numbered from 1 in the order of publishing. One process reports, one thread of another waits. A copy
// refers to the same memory, which stays mapped until the process ends.
class DeliveryProgress {
 public:
  // `fd` is a memory file that the processes inherited; it is given its size here and starts zeroed.
  static absl::StatusOr<DeliveryProgress> Map(int fd);

  // ---- The subscribers' side

  // Every subscriber has the events up to `sequence`.
  void Advance(uint64_t sequence);
  // The measurement is over: nothing more is to be published.
  void Stop();
  // Events published so far; final once `settled`.
  uint64_t published() const { return state_->published.load(); }
  // The publisher has seen Stop() and published its last.
  bool settled() const { return state_->settled.load(); }
  // 0 until a publisher came.
  int publisher_pid() const { return state_->publisher_pid.load(); }

  // ---- The publisher's side

  void Announce(int pid) { state_->publisher_pid.store(pid); }
  // Waits until every subscriber has the events up to `sequence` (at or below 0: nothing to wait for). False: Stop()
  // was called, or the deadline came.
  bool WaitFor(int64_t sequence, absl::Time deadline);
  bool stopped() const { return state_->stopped.load(); }
  void SetPublished(uint64_t sequence) { state_->published.store(sequence); }
  void Settle() { state_->settled.store(true); }

 private:
  // In the shared memory; all zero at first. `delivered` and `wanted` are a Dekker pair: each side writes its own and
  // then reads the other's, both sequentially consistent.
  struct State {
    std::atomic<uint64_t> delivered;
    std::atomic<uint64_t> wanted;  // what the publisher sleeps for; 0: it does not
    std::atomic<uint32_t> turn;    // the futex
    std::atomic<uint64_t> published;
    std::atomic<int> publisher_pid;
    std::atomic<bool> stopped;
    std::atomic<bool> settled;
  };
  static_assert(std::atomic<uint64_t>::is_always_lock_free);

  explicit DeliveryProgress(State* state) : state_(state) {}
  void Wake();

  State* state_;
};

}  // namespace spanwire::bench

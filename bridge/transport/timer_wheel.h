#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spanwire::transport {

class TimerWheel;

// A place in a circular list.
struct TimerLink {
  TimerLink* previous = nullptr;
  TimerLink* next = nullptr;
};

// Something that happens once at a time to come: a base class of whoever waits for it. 32 bytes, no allocation.
// Disarms itself when it is destroyed. Belongs to its wheel's thread.
class Timer : private TimerLink {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { Disarm(); }

  bool armed() const { return next != nullptr; }
  // O(1). Nothing where it is not armed.
  void Disarm();

 private:
  friend class TimerWheel;

  // Called by TimerWheel::Advance, when the timer is no longer armed. May arm, disarm and destroy any timer, itself
  // too; must not destroy the wheel or call Advance.
  virtual void OnTimer() = 0;

  uint64_t due_tick_ = 0;
};

// Timers of one thread, for heartbeats and timeouts of 100,000s of connections: a hashed wheel, where arming, arming
// anew and disarming are O(1) and allocate nothing. Coarse: a timer fires at the first tick at or after its deadline,
// never before. Reads no clock: the owner calls Advance at every tick, and tests at any time they like.
class TimerWheel {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // `tick` is over zero. A wheel of `slots` (a power of two) ticks; deadlines farther away than a turn are looked at
  // once a turn.
  TimerWheel(TimePoint start, Duration tick, size_t slots = 512);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  // Disarms what is still armed.
  ~TimerWheel();

  // Arms the timer, or arms it anew. A deadline that has passed fires at the next tick.
  void Arm(Timer& timer, TimePoint deadline);

  // Fires every timer whose deadline is at or before the last tick up to `now`; returns how many. Timers of one tick
  // fire in the order in which they were armed. A `now` before the last one does nothing.
  size_t Advance(TimePoint now);

  Duration tick() const { return tick_; }

 private:
  TimerLink& SlotOf(uint64_t tick) { return slots_[tick & (slots_.size() - 1)]; }
  size_t FireSlot(TimerLink& slot);

  const TimePoint start_;
  const Duration tick_;
  uint64_t current_tick_ = 0;  // everything due up to here has fired
  std::vector<TimerLink> slots_;
};

}  // namespace spanwire::transport

#include "bridge/transport/timer_wheel.h"

#include <algorithm>
#include <cassert>

namespace spanwire::transport {
namespace {

void Unlink(TimerLink& link) {
  assert(link.previous != nullptr && link.next != nullptr);
  link.previous->next = link.next;
  link.next->previous = link.previous;
  link.previous = link.next = nullptr;
}

// At the end of the list that `list` stands for.
void LinkLast(TimerLink& link, TimerLink& list) {
  link.previous = list.previous;
  link.next = &list;
  list.previous->next = &link;
  list.previous = &link;
}

void MakeEmpty(TimerLink& list) {
  list.previous = list.next = &list;
}

bool IsEmpty(const TimerLink& list) {
  return list.next == &list;
}

// Leaves `from` empty; `to` need not be a list yet.
void MoveAll(TimerLink& from, TimerLink& to) {
  if (IsEmpty(from)) return MakeEmpty(to);
  to = from;
  to.next->previous = &to;
  to.previous->next = &to;
  MakeEmpty(from);
}

}  // namespace

void Timer::Disarm() {
  if (armed()) Unlink(*this);
}

TimerWheel::TimerWheel(TimePoint start, Duration tick, size_t slots) : start_(start), tick_(tick), slots_(slots) {
  assert(tick > Duration::zero());
  assert(slots > 0 && (slots & (slots - 1)) == 0);
  for (TimerLink& slot : slots_) MakeEmpty(slot);
}

TimerWheel::~TimerWheel() {
  for (TimerLink& slot : slots_) {
    while (!IsEmpty(slot)) Unlink(*slot.next);
  }
}

void TimerWheel::Arm(Timer& timer, TimePoint deadline) {
  timer.Disarm();
  const auto ticks = deadline <= start_ ? 0 : (deadline - start_ - Duration(1)) / tick_ + 1;  // rounded up
  timer.due_tick_ = std::max(static_cast<uint64_t>(ticks), current_tick_ + 1);
  LinkLast(timer, SlotOf(timer.due_tick_));
}

size_t TimerWheel::Advance(TimePoint now) {
  if (now <= start_) return 0;
  const auto target = static_cast<uint64_t>((now - start_) / tick_);
  if (target <= current_tick_) return 0;
  const uint64_t first = current_tick_ + 1;
  const uint64_t slots_to_look_at = std::min<uint64_t>(target - current_tick_, slots_.size());
  // Set before anything fires: what a timer arms is due at a later tick and is not seen below.
  current_tick_ = target;
  size_t fired = 0;
  for (uint64_t i = 0; i < slots_to_look_at; ++i) fired += FireSlot(SlotOf(first + i));
  return fired;
}

// NOLINTNEXTLINE(readability-make-member-function-const): whom it calls may arm timers.
size_t TimerWheel::FireSlot(TimerLink& slot) {
  // Taken one by one off a list of its own, so that OnTimer() may disarm and destroy those that still wait in it, and
  // arm new ones into the slot.
  TimerLink waiting;
  MoveAll(slot, waiting);
  size_t fired = 0;
  while (!IsEmpty(waiting)) {
    auto& timer = static_cast<Timer&>(*waiting.next);
    Unlink(timer);
    if (timer.due_tick_ > current_tick_) {
      LinkLast(timer, slot);
      continue;
    }
    ++fired;
    timer.OnTimer();
  }
  return fired;
}

}  // namespace spanwire::transport

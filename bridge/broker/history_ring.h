#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bridge/model/envelope.h"

namespace spanwire::broker {

// The kept events of one topic, oldest first: a ring that doubles when full, halves when mostly empty and holds no
// memory while empty (a std::deque holds 600 bytes). At most 2^31 events. Not thread safe.
class HistoryRing {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // Envelope::memory() of all events.
  size_t bytes() const { return bytes_; }

  // `index` 0 is the oldest.
  const model::EnvelopePtr& operator[](size_t index) const { return slots_[Slot(index)]; }
  const model::EnvelopePtr& front() const { return (*this)[0]; }

  // `event` is sealed; its offset is over every other's.
  void PushBack(model::EnvelopePtr event);
  model::EnvelopePtr PopFront();

  // Index of the first event with an offset over `offset`; size() where there is none.
  size_t IndexAfter(uint64_t offset) const;

 private:
  size_t Slot(size_t index) const { return (head_ + index) & (capacity_ - 1); }
  void Resize(uint32_t capacity);

  std::unique_ptr<model::EnvelopePtr[]> slots_;
  uint32_t capacity_ = 0;  // a power of two, or 0
  uint32_t head_ = 0;
  uint32_t size_ = 0;
  size_t bytes_ = 0;
};

}  // namespace spanwire::broker

#include "bridge/broker/history_ring.h"

#include <cassert>
#include <utility>

namespace spanwire::broker {
namespace {

// Rings this small are not worth shrinking.
constexpr uint32_t kSmallCapacity = 8;

}  // namespace

void HistoryRing::PushBack(model::EnvelopePtr event) {
  assert(empty() || (*this)[size_ - 1]->offset() < event->offset());
  if (size_ == capacity_) Resize(capacity_ == 0 ? 1 : capacity_ * 2);
  bytes_ += event->memory();
  slots_[Slot(size_)] = std::move(event);
  ++size_;
}

model::EnvelopePtr HistoryRing::PopFront() {
  assert(!empty());
  model::EnvelopePtr event = std::move(slots_[head_]);
  head_ = static_cast<uint32_t>(Slot(1));
  --size_;
  bytes_ -= event->memory();
  if (size_ == 0) {
    Resize(0);
  } else if (capacity_ > kSmallCapacity && size_ <= capacity_ / 4) {
    Resize(capacity_ / 2);
  }
  return event;
}

size_t HistoryRing::IndexAfter(uint64_t offset) const {
  size_t low = 0;
  size_t high = size_;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if ((*this)[middle]->offset() > offset) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

void HistoryRing::Resize(uint32_t capacity) {
  std::unique_ptr<model::EnvelopePtr[]> slots;
  if (capacity > 0) slots = std::make_unique<model::EnvelopePtr[]>(capacity);
  for (size_t i = 0; i < size_; ++i) slots[i] = std::move(slots_[Slot(i)]);
  slots_ = std::move(slots);
  capacity_ = capacity;
  head_ = 0;
}

}  // namespace spanwire::broker

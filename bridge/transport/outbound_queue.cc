#include "bridge/transport/outbound_queue.h"

#include <cassert>
#include <utility>

namespace spanwire::transport {

Slice Slice::Of(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  const std::string_view bytes = *owner;
  return {std::move(owner), bytes};
}

void OutboundQueue::Append(Slice slice) {
  if (slice.bytes.empty()) return;
  if (slices_.size() == slices_.capacity()) Compact();
  bytes_ += slice.bytes.size();
  slices_.push_back(std::move(slice));
}

void OutboundQueue::AppendUnsent(absl::Span<const Slice> slices, size_t written) {
  assert(empty());
  while (!slices.empty() && written >= slices.front().bytes.size()) {
    written -= slices.front().bytes.size();
    slices.remove_prefix(1);
  }
  assert(written == 0 || !slices.empty());
  for (const Slice& slice : slices) Append(slice);
  head_sent_ = written;
  bytes_ -= written;
}

size_t OutboundQueue::DropUnsent(MessageEnd message_end) {
  const size_t before = bytes_;
  size_t keep = head_;  // slices before it stay
  size_t kept_bytes = 0;
  for (size_t sent = head_sent_; keep < slices_.size(); sent = 0) {
    std::string_view& bytes = slices_[keep].bytes;
    const size_t end = message_end(bytes, sent);
    if (end == sent) break;
    if (end != kGoesOn) bytes = bytes.substr(0, end);
    kept_bytes += bytes.size() - sent;
    ++keep;
    if (end != kGoesOn) break;
  }
  slices_.resize(keep);
  bytes_ = kept_bytes;
  if (empty()) Clear();
  return before - bytes_;
}

void OutboundQueue::Clear() {
  slices_.clear();
  head_ = 0;
  head_sent_ = 0;
  bytes_ = 0;
}

size_t OutboundQueue::Gather(absl::Span<iovec> pieces) const {
  const size_t count = std::min(pieces.size(), slices_.size() - head_);
  for (size_t i = 0; i < count; ++i) {
    std::string_view bytes = slices_[head_ + i].bytes;
    if (i == 0) bytes.remove_prefix(head_sent_);
    pieces[i] = {const_cast<char*>(bytes.data()), bytes.size()};  // iovec has no const form; sending only reads
  }
  return count;
}

void OutboundQueue::Consume(size_t written) {
  assert(written <= bytes_);
  bytes_ -= written;
  head_sent_ += written;
  while (!empty() && head_sent_ >= slices_[head_].bytes.size()) {
    head_sent_ -= slices_[head_].bytes.size();
    slices_[head_] = {};
    ++head_;
  }
  if (empty()) Clear();
}

// Only when the vector would grow and half of it or more is sent, so that each slice is moved once on average.
void OutboundQueue::Compact() {
  if (head_ == 0 || head_ < slices_.size() / 2) return;
  slices_.erase(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
}

std::unique_ptr<OutboundQueue> OutboundQueuePool::Take() {
  if (queues_.empty()) return std::make_unique<OutboundQueue>();
  auto queue = std::move(queues_.back());
  queues_.pop_back();
  return queue;
}

void OutboundQueuePool::Give(std::unique_ptr<OutboundQueue> queue) {
  if (queue == nullptr || queues_.size() >= max_queues_) return;
  queue->Clear();
  if (queue->memory() > kMaxKeptBytes) return;
  queues_.push_back(std::move(queue));
}

}  // namespace spanwire::transport

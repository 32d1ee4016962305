#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "bridge/model/envelope.h"

namespace spanwire::fanout {

// Consecutive events of one topic on their way to that topic's live subscribers: one by one, or as one `batch` where
// the topic is throttled. Offsets ascend. Valid only during the call that it is handed to; shard thread only.
class Run {
 public:
  // Bytes to send, and who keeps them alive.
  struct Bytes {
    std::shared_ptr<const void> owner;
    std::string_view text;
  };

  // Events that are sent as themselves.
  explicit Run(absl::Span<const model::EnvelopePtr> events)
      : envelopes_(events), events_(events), first_offset_(events.front()->offset()) {}
  // `batch` is the control message that brings `events`, and stands for all from `first_offset` on.
  Run(const model::EnvelopePtr& batch, absl::Span<const model::EnvelopePtr> events, uint64_t first_offset)
      : envelopes_(&batch, 1), events_(events), first_offset_(first_offset) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // What is sent: the events, or the batch.
  absl::Span<const model::EnvelopePtr> envelopes() const { return envelopes_; }
  // The events that it brings.
  absl::Span<const model::EnvelopePtr> events() const { return events_; }
  // Of the first event that it stands for, even if a throttle has left that out.
  uint64_t first_offset() const { return first_offset_; }
  // Bytes of what is sent, as WebSocket frames.
  size_t size() const;

  // All envelopes as consecutive WebSocket frames: one buffer for all subscribers, made when the first of them asks. A
  // single one is its own buffer.
  const Bytes& Frames() const;

 private:
  absl::Span<const model::EnvelopePtr> envelopes_;
  absl::Span<const model::EnvelopePtr> events_;
  uint64_t first_offset_;
  mutable Bytes frames_;
};

}  // namespace spanwire::fanout

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "bridge/model/envelope.h"

namespace spanwire::fanout {

// Consecutive events of one topic, on their way to that topic's subscribers within one drain of a shard.
// Offsets ascend. Valid only during the call that it is handed to; shard thread only.
class Run {
 public:
  // Bytes to send, and who keeps them alive.
  struct Bytes {
    std::shared_ptr<const void> owner;
    std::string_view text;
  };

  explicit Run(absl::Span<const model::EnvelopePtr> events) : events_(events) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  absl::Span<const model::EnvelopePtr> events() const { return events_; }

  // All events as consecutive WebSocket frames: one buffer for all subscribers, made when the first of them asks. A
  // single event is its own buffer.
  const Bytes& Frames() const;

 private:
  absl::Span<const model::EnvelopePtr> events_;
  mutable Bytes frames_;
};

}  // namespace spanwire::fanout

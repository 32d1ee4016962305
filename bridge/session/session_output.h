#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "bridge/model/clock.h"
#include "bridge/observe/metrics.h"
#include "bridge/session/control_messages.h"
#include "bridge/session/outbound.h"

namespace spanwire::session {

// The one way out of a session: what it says is counted here. Shard thread only; borrows all that it is given.
class SessionOutput {
 public:
  SessionOutput(Outbound& out, const model::Clock& clock, observe::ShardMetrics& metrics,
                std::optional<observe::Transport> transport)
      : out_(out), clock_(clock), metrics_(metrics), transport_(transport) {}
  SessionOutput(const SessionOutput&) = delete;
  SessionOutput& operator=(const SessionOutput&) = delete;

  // A control message.
  void Send(const model::EnvelopePtr& message) {
    ++messages_sent_;
    out_.Send(message);
  }
  // One event.
  void SendEvent(const model::EnvelopePtr& event) {
    metrics_.deliveries.Add();
    Send(event);
  }
  // Live events.
  void SendRun(const fanout::Run& run) {
    metrics_.deliveries.Add(run.events().size());
    messages_sent_ += run.envelopes().size();
    out_.SendRun(run);
  }
  // `topic` and `action` may be empty.
  void SendError(std::string_view topic, std::string_view code, std::string_view message, std::string_view action,
                 const ReplyId& id) {
    Send(ErrorMessage({.topic = topic, .code = code, .message = message, .action = action, .id = id}, now()));
  }

  // Counts a client that is told that it may have missed events of a topic.
  void CountNotRecovered() {
    if (transport_) metrics_.NotRecovered(*transport_);
  }

  Outbound& out() { return out_; }
  size_t queued_bytes() const { return out_.queued_bytes(); }
  absl::Time now() const { return clock_.Now(); }
  uint64_t messages_sent() const { return messages_sent_; }

 private:
  Outbound& out_;
  const model::Clock& clock_;
  observe::ShardMetrics& metrics_;
  const std::optional<observe::Transport> transport_;
  uint64_t messages_sent_ = 0;
};

}  // namespace spanwire::session

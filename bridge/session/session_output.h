#pragma once

#include <cstdint>
#include <string_view>

#include "bridge/model/clock.h"
#include "bridge/observe/metrics.h"
#include "bridge/session/control_messages.h"
#include "bridge/session/outbound.h"

namespace spanwire::session {

// The one way out of a session: what it says is counted here. Shard thread only; borrows all that it is given.
class SessionOutput {
 public:
  SessionOutput(Outbound& out, const model::Clock& clock, observe::ShardMetrics& metrics)
      : out_(out), clock_(clock), metrics_(metrics) {}
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

  Outbound& out() { return out_; }
  size_t queued_bytes() const { return out_.queued_bytes(); }
  absl::Time now() const { return clock_.Now(); }
  uint64_t messages_sent() const { return messages_sent_; }

 private:
  Outbound& out_;
  const model::Clock& clock_;
  observe::ShardMetrics& metrics_;
  uint64_t messages_sent_ = 0;
};

}  // namespace spanwire::session

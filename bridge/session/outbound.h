#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "bridge/fanout/run.h"
#include "bridge/model/envelope.h"
#include "bridge/session/close_code.h"

namespace spanwire::session {

struct FormerIdentity;

// Where a session's messages go: a WebSocket, an SSE response, an administrator's stream. Implemented by transports.
// Shard thread only. No call destroys the caller: a connection that fails ends later, from the shard's loop.
class Outbound {
 public:
  virtual ~Outbound() = default;
  // Sends one envelope. A queue over its bound closes the connection with 4008 by itself.
  virtual void Send(const model::EnvelopePtr& envelope) = 0;
  // Sends live events.
  virtual void SendRun(const fanout::Run& run) = 0;
  // Bytes that wait to be sent.
  virtual size_t queued_bytes() const = 0;
  // Ends the connection after what is queued. `reason` is for the close frame. Idempotent.
  virtual void Close(CloseCode code, std::string_view reason) = 0;

  // Session::deadline() has changed.
  virtual void OnDeadline() {}
  // Somebody who was nobody in particular has shown who it is: Registry::Identified.
  virtual void OnIdentified(const FormerIdentity& /*former*/) {}
  // A token that it has shown does not count.
  virtual void OnTokenRefused(const absl::Status& /*why*/) {}

  // Whoever lists the connection may want to know that it has one topic more, or less: Registry::TopicJoined and
  // TopicLeft. Not called for the topics that it has at its end.
  virtual void OnTopicJoined(std::string_view /*topic*/) {}
  virtual void OnTopicLeft(std::string_view /*topic*/) {}
};

}  // namespace spanwire::session

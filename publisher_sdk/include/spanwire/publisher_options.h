#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "spanwire/publish_result.h"
#include "spanwire/security.h"

namespace grpc {
class ChannelCredentials;
}

namespace spanwire {

// How a Publisher behaves. The defaults suit a service beside its bridge; `target` is what one usually sets.
struct PublisherOptions {
  // Where the bridge listens for gRPC: "HOST:PORT", or another gRPC name such as "dns:///bridge.example:50051". Nothing
  // checks it here: a name that leads nowhere is tried for ever (spanwire/server_address.h checks what users type).
  std::string target = "127.0.0.1:50051";
  // TLS, and who this publisher is. A token or certificate that the bridge refuses fails no event: it is told to
  // `on_error`, the files are read again, and the events wait up to their deadline.
  Security security = {};
  // Channel credentials of your own in place of `security`, of which only the token counts then. Null: none.
  std::shared_ptr<grpc::ChannelCredentials> credentials = {};
  // W3C trace context of events that bring none.
  std::string traceparent = {};

  // One message holds at most so many events (never over 1,000) and so many bytes (never over kMaxEventBytes, under the
  // 4 MiB that a bridge takes), or one event. A bridge that takes less says so, and gets it in smaller messages. A
  // batch forms while those before it are under way: there is no linger.
  size_t max_batch_events = 500;
  size_t max_batch_bytes = 1 << 20;
  // Messages sent and not yet answered. One gives strict order even across retries (see Publisher).
  size_t max_in_flight_messages = 8;

  // Events held from Publish until their result is told, whether the bridge is there or away.
  size_t buffer_events = 10'000;
  size_t buffer_bytes = 16 << 20;
  // How long Publish waits for room when the buffer is full. Zero: it refuses at once with RESOURCE_EXHAUSTED. Publish
  // never waits on the publisher's own thread (in a callback).
  std::chrono::milliseconds overflow_wait{0};
  // How long an event may wait for the bridge's word before it fails with DEADLINE_EXCEEDED. The default is as long as
  // the bridge remembers idempotency keys.
  std::chrono::milliseconds delivery_deadline = std::chrono::minutes(5);

  // Reconnects wait a random time up to `initial_backoff`, doubling up to `max_backoff` ("full jitter").
  std::chrono::milliseconds initial_backoff{100};
  std::chrono::milliseconds max_backoff = std::chrono::seconds(10);
  // A bridge that leaves a message unanswered so long is taken for lost: the publisher reconnects and resends.
  std::chrono::milliseconds answer_timeout = std::chrono::seconds(30);
  // How long the destructor waits for what is still held, before failing it with CANCELLED.
  std::chrono::milliseconds close_deadline = std::chrono::seconds(5);

  // Hears of every failure that has neither a callback nor a future that somebody looks at, and, marked `not_let_in`,
  // of each attempt to get in that the bridge refused (UNAUTHENTICATED, PERMISSION_DENIED) or that files of `security`
  // allowed none of (UNAUTHENTICATED, reason CREDENTIALS_UNUSABLE; see CheckSecurity), which is no event's failure.
  // Called on the publisher's thread or on the one that drops a future, perhaps on both at once. Default: lines on
  // stderr, at most one a second for failures and one for attempts; failures left out are counted in the next line, or
  // in one of their own when the publisher closes.
  std::function<void(const PublishResult&)> on_error = {};
};

// The largest event that fits one gRPC message of 4 MiB. The bridge's own limit (256 KiB by default) is lower.
inline constexpr size_t kMaxEventBytes = 4'000'000;

// Counters and gauges of a Publisher, for operators. Every event published is in exactly one of the first four.
struct PublisherStats {
  uint64_t queued = 0;               // waiting to be sent
  uint64_t in_flight = 0;            // sent (or to be sent again), not yet answered
  uint64_t acknowledged = 0;         // accepted by the bridge
  uint64_t failed = 0;               // failed for good, whether refused by the bridge, too late, or for a full buffer
  uint64_t held_bytes = 0;           // bytes of the events queued and in flight
  uint64_t retried = 0;              // times an event was put back because the bridge could not take it just then
  uint64_t reconnects = 0;           // streams opened after the first
  bool connected = false;            // a stream is open and the bridge has answered on it
  std::string last_disconnect = {};  // why the last stream ended; empty before the first end
};

}  // namespace spanwire

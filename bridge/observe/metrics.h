#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/observe/counters.h"
#include "bridge/observe/pattern_counters.h"

namespace spanwire::observe {

enum class Transport : size_t { kWebSocket, kSse, kPoll };
inline constexpr std::array<std::string_view, 3> kTransportNames = {"websocket", "sse", "poll"};

// What a connection was refused over: a cap, by the name of its setting, or too many that were being refused already,
// so that it was closed without an answer.
enum class Cap : size_t { kAll, kAddress, kOperators, kRefusals };
inline constexpr std::array<std::string_view, 4> kCapNames = {"max_connections", "max_connections_per_address",
                                                              "max_ops_connections", "unanswered"};

// Events refused, by reason. Reasons are words of our own code, never a publisher's; should that ever slip, what comes
// after the first 64 is counted as "other". Any thread; takes a lock, which refusals are rare enough for.
class ReasonCounter {
 public:
  void Add(std::string_view reason, uint64_t n = 1) ABSL_LOCKS_EXCLUDED(mutex_);
  std::map<std::string, uint64_t, std::less<>> Values() const ABSL_LOCKS_EXCLUDED(mutex_);
  uint64_t Sum() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, uint64_t, std::less<>> values_ ABSL_GUARDED_BY(mutex_);
};

// What one I/O thread counts. Written by its owner thread only; read by any.
struct alignas(64) ShardMetrics {
  // Close codes that are told apart; a peer's own inventions are the last, "other".
  static constexpr std::array<int, 16> kCloseCodes = {1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009,
                                                      1012, 1013, 4001, 4003, 4008, 4009, 4010, 4029};

  OwnedCounter deliveries;         // events handed to connections, live or replayed, and put into poll answers
  OwnedCounter delivered_bytes;    // bytes written to sockets for them, before TLS
  OwnedCounter messages_received;  // client messages
  OwnedCounter messages_refused;   // of those and of HTTP requests: over the client's rate
  OwnedCounter inbox_overflows;    // times that its inbox was over its bound
  OwnedCounter slow_consumers_closed;
  OwnedCounter outbound_shed;  // of those, or closing already: closed because all queues together were too large
  OwnedCounter polls;
  OwnedCounter tls_handshake_failures;  // connections that ended before TLS was agreed on
  OwnedGauge subscriptions;
  OwnedGauge queued_bytes;
  std::array<OwnedGauge, kTransportNames.size()> connections;
  std::array<OwnedCounter, kTransportNames.size()> connections_opened;
  std::array<OwnedCounter, kTransportNames.size()> not_recovered;  // subscriptions, and topics of poll answers
  std::array<OwnedCounter, kCapNames.size()> connections_refused;
  std::array<OwnedCounter, kCloseCodes.size() + 1> disconnects;
  std::array<OwnedCounter, 5> http_requests;  // by status class, 1xx first
  PatternCounters patterns;

  void Opened(Transport transport) {
    connections[static_cast<size_t>(transport)].Add();
    connections_opened[static_cast<size_t>(transport)].Add();
  }
  void Closed(Transport transport) { connections[static_cast<size_t>(transport)].Sub(); }
  void Refused(Cap cap) { connections_refused[static_cast<size_t>(cap)].Add(); }
  // A client was told that it may have missed events of a topic.
  void NotRecovered(Transport transport) { not_recovered[static_cast<size_t>(transport)].Add(); }
  // A WebSocket ended with `code`; 1006 where the peer vanished.
  void Disconnected(int code);
  // An HTTP request was answered with `status`.
  void Answered(int status);
};

// Everything the bridge counts. One object, made before and destroyed after all that count in it. No metric says which
// topic, tenant or user: those are unbounded, and not everybody's to read.
class Metrics {
 public:
  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Publishing; any thread.
  Counter events_published;
  Counter events_duplicate;
  ReasonCounter events_rejected;
  LatencyHistogram publish_latency;  // from a request's arrival to its results, one observation per request
  Counter translated_bytes;          // envelope JSON written for accepted events
  Counter unknown_fields;            // left out of `data`
  Counter idempotency_evictions;     // ids and producers forgotten early, for lack of room
  Gauge publish_in_flight_bytes;

  Counter accept_errors;  // connections that could not be accepted when they came; any thread

  // Certificates; any thread.
  Gauge certificate_not_after;  // when it expires, in seconds since 1970; 0 without TLS
  Counter certificate_reloads;
  Counter certificate_reload_failures;

  // The broker's history; any thread.
  Gauge history_bytes;
  Gauge history_events_evicted;  // since the start; set by the broker's own count

  // A new shard's counters, which live as long as this object. Any thread.
  ShardMetrics& AddShard() ABSL_LOCKS_EXCLUDED(mutex_);

  // `refresh` is called before every Collect and Totals, from their thread, and sets the gauges of a part that keeps
  // its own figures. It must stay callable as long as those are called. Any thread; `refresh` may not call back into
  // this object except for its counters and gauges.
  void OnCollect(std::function<void(Metrics&)> refresh) ABSL_LOCKS_EXCLUDED(mutex_);
  void Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

  // All shards' counters. The references stay good.
  std::vector<const ShardMetrics*> Shards() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::deque<ShardMetrics> shards_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void(Metrics&)>> refreshers_ ABSL_GUARDED_BY(mutex_);
};

// Sums over everything, as administrators ask for them.
struct Totals {
  uint64_t events_published = 0;
  uint64_t events_rejected = 0;
  uint64_t events_duplicate = 0;
  uint64_t deliveries = 0;
  uint64_t slow_consumers_closed = 0;
  uint64_t connections = 0;
  uint64_t subscriptions = 0;
  uint64_t queued_bytes = 0;
  uint64_t history_bytes = 0;
};
Totals SumUp(Metrics& metrics);

// By pattern of the topic policies, over all shards.
TotalsByPattern SumUpPatterns(const Metrics& metrics);

}  // namespace spanwire::observe

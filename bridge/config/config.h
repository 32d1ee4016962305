#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bridge/config/sources.h"

namespace spanwire::config {

// Limits on clients and publishers (docs/protocol.md, section 7). Every one is enforced with a clear error at its edge.
struct Limits {
  size_t client_message_bytes = 64 * 1024;  // a WebSocket message from a client
  size_t event_bytes = 256 * 1024;          // an event's envelope as JSON
  size_t topics_per_connection = 128;
  size_t max_subscriptions = 1'000'000;
  double client_messages_per_second = 50;
  double client_message_burst = 300;
  absl::Duration handshake_timeout = absl::Seconds(5);
  absl::Duration auth_timeout = absl::Seconds(10);  // for a WebSocket without a token to send one
  size_t request_head_bytes = 8 * 1024;
  size_t request_body_bytes = 64 * 1024;
  absl::Duration http_idle_timeout = absl::Seconds(60);    // between two requests of one connection
  absl::Duration http_write_timeout = absl::Seconds(30);   // for a client to take an answer
  size_t outbound_queue_bytes = 1024 * 1024;               // a connection; at least twice event_bytes
  size_t outbound_total_bytes = 256 * 1024 * 1024;         // all connections; the largest queues are closed first
  absl::Duration close_flush_timeout = absl::Seconds(30);  // for a peer to take what is queued before the close
  absl::Duration close_answer_timeout = absl::Seconds(5);  // for it to answer the close then
  size_t poll_messages = 1000;
  absl::Duration poll_gather = absl::Milliseconds(10);  // a held poll that is woken waits so long for more
  size_t poll_bytes = 1024 * 1024;
  absl::Duration broker_timeout = absl::Seconds(5);  // for the broker to answer one read of a poll
  absl::Duration topic_linger = absl::Seconds(5);    // a topic stays ready so long after its last subscriber left
  size_t latest_events = 1000;                       // that wait for a slow client in a topic with slow = "latest"
  size_t shard_inbox_events = 65536;                 // events that may wait for one thread
  size_t shard_inbox_bytes = 64 * 1024 * 1024;       // their memory
  size_t max_connections = 100'000;
  size_t max_connections_per_address = 10'000;  // of one remote address, loopback excepted; 0: no bound
  size_t max_ops_connections = 100;             // that came in on ops_listen, which the two above do not count
  size_t publish_batch_events = 1000;
  size_t publish_message_bytes = 4 * 1024 * 1024;     // a publish call's or stream's message on the wire
  size_t publish_in_flight_bytes = 64 * 1024 * 1024;  // accepted from publishers and not yet stored, all together
  // Publishers with a producer_id whose last batches are remembered, and the memory for it; beyond either the one quiet
  // for longest is forgotten.
  size_t producers = 4096;
  size_t producer_bytes = 64 * 1024 * 1024;
};

// How much of a topic's past is kept for those who resume.
struct HistoryPolicy {
  size_t max_events = 1000;
  absl::Duration max_age = absl::Minutes(5);
  size_t max_bytes = 4 * 1024 * 1024;

  friend bool operator==(const HistoryPolicy&, const HistoryPolicy&) = default;
};

// How often the subscribers of a topic hear of it (docs/protocol.md, section 5).
struct ThrottlePolicy {
  absl::Duration window = absl::ZeroDuration();  // zero: every event goes out at once
  size_t max_batch = 10;  // events that one window ends with; older ones are left out and counted

  friend bool operator==(const ThrottlePolicy&, const ThrottlePolicy&) = default;
};

// Who may subscribe to a topic, with authentication (docs/protocol.md, section 5).
enum class Access : uint8_t {
  kPublic,         // anybody
  kAuthenticated,  // anybody who showed a token
  kClaim,          // who has the claim `topics` with a pattern for it
};

// Rules for the topics that match. The first match wins.
struct TopicPolicy {
  std::string match = "*";  // a topic, or a prefix and a trailing `*`
  HistoryPolicy history;
  ThrottlePolicy throttle;
  // Where events wait, in a throttle's window or for a slow client with `slow_latest`, only the newest of each key is
  // kept: the value of this member of `data`, or of `entity_id`. Empty: no keys.
  std::string conflate;
  // A client that is too slow keeps the newest event per key, rather than being closed with 4008.
  bool slow_latest = false;
  Access access = Access::kClaim;

  friend bool operator==(const TopicPolicy&, const TopicPolicy&) = default;
};

// What a publisher or administrator may do who shows a client certificate (TLS) in place of a token.
struct ClientCertificate {
  std::string name;                  // its common name, or one of its subject alternative names
  std::string tenant;                // empty: the default tenant
  std::vector<std::string> publish;  // patterns
  std::vector<std::string> roles;

  friend bool operator==(const ClientCertificate&, const ClientCertificate&) = default;
};

// How browsers, publishers and administrators show who they are. Without keys nobody is asked.
struct AuthSettings {
  bool wanted = false;  // the file has a section [auth], so that one without keys is a mistake rather than an open door
  std::string hs256_secret_file;
  std::string hs384_secret_file;
  std::string hs512_secret_file;
  std::vector<std::string> public_key_files;  // PEM
  std::string jwks_file;
  std::string issuer;                  // `iss` that is asked for; empty: any
  std::vector<std::string> audiences;  // one must be in `aud`; empty: a token that has one is refused
  absl::Duration leeway = absl::Seconds(5);
  size_t max_token_bytes = 8 * 1024;
  size_t max_revocations = 100'000;
  std::string cookie = "spanwire_token";  // that a token may come in; empty: none
  std::string revocations_file;           // that revocations survive a restart in; empty: they do not
  std::vector<ClientCertificate> client_certificates;

  bool enabled() const {
    return !hs256_secret_file.empty() || !hs384_secret_file.empty() || !hs512_secret_file.empty() ||
           !public_key_files.empty() || !jwks_file.empty();
  }
};

// TLS on both ports. Without a certificate both speak plain.
struct TlsSettings {
  std::string cert_file;       // PEM, the bridge's own certificate first
  std::string key_file;        // PEM
  std::string client_ca_file;  // roots of clients' certificates, PEM; empty: nobody is asked for one
  std::string min_version = "1.2";
  bool http = true;  // false: TLS ends before the HTTP port
  bool grpc = true;
  // Whether clients are asked for a certificate: none, optional, required. Browsers bother their users with such a
  // question, programs do not.
  std::string http_client_auth = "none";
  std::string grpc_client_auth = "optional";

  bool enabled() const { return !cert_file.empty(); }
  bool asks_clients() const { return !client_ca_file.empty(); }
};

// Everything that can be set, checked. Built once at start.
struct Config {
  std::string http_listen = "127.0.0.1:8080";  // host:port; port 0 picks a free one
  std::string grpc_listen = "127.0.0.1:50051";
  bool insecure = false;            // allows addresses off loopback without authentication
  std::string node;                 // name of this bridge in `connected`; default: the host's name
  int io_threads = 0;               // 0: one per processor, at most 64
  std::string schema_dir;           // folder of FileDescriptorSets; empty: built-in types only
  std::string log_level = "info";   // trace, debug, info, warning, error
  std::string log_format = "text";  // or json
  absl::Duration ping_interval = absl::Seconds(30);
  absl::Duration drain_timeout = absl::Seconds(30);
  absl::Duration drain_grpc_timeout = absl::Seconds(2);  // of that, for gRPC calls that nobody ends
  absl::Duration drain_window = absl::Seconds(5);        // of that, over which clients are told at most
  absl::Duration reconnect_spread = absl::Seconds(5);    // over which those clients are asked to come back
  std::string ops_listen;                                // metrics, console and all; empty: on http_listen
  std::vector<std::string> trusted_proxies;              // addresses and networks whose word of who asks is believed
  std::string forwarded_header = "x-forwarded-for";      // in which they say it; or "forwarded" (RFC 7239)
  std::vector<std::string> allowed_origins;              // beside the request's own host, as ParseOrigin spells them
  std::vector<std::string> allowed_hosts;  // beside loopback names, as ParseHostName does; without authentication
  absl::Duration file_check_interval = absl::Seconds(5);  // between two looks for changed keys and certificates
  AuthSettings auth;
  TlsSettings tls;
  Limits limits;
  std::string broker_kind = "memory";
  size_t broker_memory_limit = 512 * 1024 * 1024;     // history of all topics
  size_t broker_max_tenants = 10'000;                 // tenants with a log
  absl::Duration broker_topic_idle = absl::Hours(1);  // that an unused topic's lost_through is remembered exactly
  absl::Duration idempotency_window = absl::Minutes(5);
  size_t idempotency_memory = 64 * 1024 * 1024;
  // As they were at the start; those in force, which a reload replaces, are in TopicPolicies.
  std::vector<TopicPolicy> topics;
  Sources sources;  // of what somebody gave, for messages
};

}  // namespace spanwire::config

#include "bridge/config/settings_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "absl/strings/ascii.h"
#include "bridge/config/origin.h"
#include "bridge/config/value_text.h"

namespace spanwire::config {
namespace {

// A bound on bounds.
constexpr int64_t kMany = 1'000'000'000;

// Where a value goes.
#define SPANWIRE_WHERE(member) \
  [](auto& config) -> auto& {  \
    return config.member;      \
  }

std::vector<Setting> MakeSettings() {
  return {
      {.key = "http_listen",
       .help = "address for browsers: host:port, port 0 picks a free one (127.0.0.1:8080)",
       .value = Address(SPANWIRE_WHERE(http_listen))},
      {.key = "grpc_listen",
       .help = "address for publishers and administrators (127.0.0.1:50051)",
       .value = Address(SPANWIRE_WHERE(grpc_listen))},
      {.key = "ops_listen",
       .help = "a further HTTP address, for operators: then metrics and console are there and not on http_listen",
       .value = OptionalAddress(SPANWIRE_WHERE(ops_listen))},
      {.key = "insecure",
       .help = "allow addresses off loopback although nobody is authenticated",
       .is_switch = true,
       .value = Into(ParseBool, SPANWIRE_WHERE(insecure))},
      {.key = "node", .help = "name of this bridge (the host's name)", .value = Text(SPANWIRE_WHERE(node))},
      {.key = "io_threads",
       .help = "threads for connections, 1 to 64; 0 means one per processor (0)",
       .value = Into(Integer(0, 64), SPANWIRE_WHERE(io_threads))},
      {.key = "schema_dir",
       .help = "folder of FileDescriptorSets with event types of your own",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(schema_dir))},
      {.key = "log_level",
       .help = "trace, debug, info, warning or error (info)",
       .value = OneOf({"trace", "debug", "info", "warning", "error"}, SPANWIRE_WHERE(log_level))},
      {.key = "log_format",
       .help = "text or json (text)",
       .value = OneOf({"text", "json"}, SPANWIRE_WHERE(log_format))},
      {.key = "ping_interval",
       .help = "how often clients ping; two silent intervals end a connection (30s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(ping_interval))},
      {.key = "drain_timeout",
       .help = "how long a stop may take (30s)",
       .value = Into(ParseDuration, SPANWIRE_WHERE(drain_timeout))},
      {.key = "drain_grpc_timeout",
       .help = "of a stop, how long it waits for gRPC calls to end (2s)",
       .value = Into(ParseDuration, SPANWIRE_WHERE(drain_grpc_timeout))},
      {.key = "drain_window",
       .help = "of a stop, the time over which clients are told; few are told sooner (5s)",
       .value = Into(ParseDuration, SPANWIRE_WHERE(drain_window))},
      {.key = "reconnect_spread",
       .help = "the time over which clients of a bridge that stops are asked to come back (5s)",
       .value = Into(ParseDuration, SPANWIRE_WHERE(reconnect_spread))},
      {.key = "allowed_origins",
       .help = "origins beside the bridge's own that pages may come from, such as https://app.example",
       .is_list = true,
       .value = AddInto(ParseOrigin, SPANWIRE_WHERE(allowed_origins))},
      {.key = "allowed_hosts",
       .help = "Host headers beside loopback names that are answered without authentication",
       .is_list = true,
       .value = AddInto(ParseHostName, SPANWIRE_WHERE(allowed_hosts))},
      {.key = "auth.hs256_secret_file",
       .help = "file with the secret that tokens are signed with (HS256)",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(auth.hs256_secret_file))},
      {.key = "auth.hs384_secret_file",
       .help = "the same for HS384",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(auth.hs384_secret_file))},
      {.key = "auth.hs512_secret_file",
       .help = "the same for HS512",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(auth.hs512_secret_file))},
      {.key = "auth.public_key_files",
       .help = "PEM files with the public keys of who signs tokens (RS256, ES256, EdDSA, ...)",
       .is_list = true,
       .is_path = true,
       .value = Add(SPANWIRE_WHERE(auth.public_key_files))},
      {.key = "auth.jwks_file",
       .help = "file with the keys of who signs tokens as a JWK Set",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(auth.jwks_file))},
      {.key = "auth.issuer",
       .help = "the issuer (iss) that tokens must be of (any)",
       .value = Text(SPANWIRE_WHERE(auth.issuer))},
      {.key = "auth.audiences",
       .help = "audiences (aud) of which tokens must name one; without any, tokens that have an audience are refused",
       .is_list = true,
       .value = Add(SPANWIRE_WHERE(auth.audiences))},
      {.key = "auth.leeway",
       .help = "how far the clocks of issuer and bridge may differ, at most 5m (5s)",
       .value = Into(DurationUpTo("5m"), SPANWIRE_WHERE(auth.leeway))},
      {.key = "auth.max_token",
       .help = "bytes of a token (8KiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(auth.max_token_bytes))},
      {.key = "auth.max_revocations",
       .help = "tokens and users that may be revoked at a time (100000)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(auth.max_revocations))},
      {.key = "auth.cookie",
       .help = "cookie that browsers may bring a token in; empty for none (spanwire_token)",
       .value = Into(ParseCookieName, SPANWIRE_WHERE(auth.cookie))},
      {.key = "auth.revocations_file",
       .help = "file that revocations are kept in over a restart",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(auth.revocations_file))},
      {.key = "trusted_proxies",
       .help = "addresses and networks of proxies that are believed who asks, such as 10.0.0.0/8",
       .is_list = true,
       .value = AddNetwork(SPANWIRE_WHERE(trusted_proxies))},
      {.key = "forwarded_header",
       .help = "the header in which those say it: x-forwarded-for or forwarded (x-forwarded-for)",
       .value = OneOf({"x-forwarded-for", "forwarded"}, SPANWIRE_WHERE(forwarded_header))},
      {.key = "file_check_interval",
       .help = "how often the files of keys and certificates are looked at for changes (5s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(file_check_interval))},
      {.key = "tls.cert_file",
       .help = "certificate chain in PEM, the bridge's own first: both ports speak TLS",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(tls.cert_file))},
      {.key = "tls.key_file",
       .help = "its private key in PEM",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(tls.key_file))},
      {.key = "tls.client_ca_file",
       .help = "roots in PEM that clients' certificates are checked by",
       .is_path = true,
       .value = Text(SPANWIRE_WHERE(tls.client_ca_file))},
      {.key = "tls.min_version",
       .help = "1.2 or 1.3, of HTTP (1.2)",
       .value = OneOf({"1.2", "1.3"}, SPANWIRE_WHERE(tls.min_version))},
      {.key = "tls.http",
       .help = "false where TLS ends before the HTTP port (true)",
       .value = Into(ParseBool, SPANWIRE_WHERE(tls.http))},
      {.key = "tls.grpc",
       .help = "false where TLS ends before the gRPC port (true)",
       .value = Into(ParseBool, SPANWIRE_WHERE(tls.grpc))},
      {.key = "tls.http_client_auth",
       .help = "whether HTTP clients show a certificate: none, optional or required (none)",
       .value = OneOf({"none", "optional", "required"}, SPANWIRE_WHERE(tls.http_client_auth))},
      {.key = "tls.grpc_client_auth",
       .help = "whether gRPC clients do, with tls.client_ca_file (optional)",
       .value = OneOf({"none", "optional", "required"}, SPANWIRE_WHERE(tls.grpc_client_auth))},
      {.key = "limits.client_message",
       .help = "bytes of a client's message (64KiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.client_message_bytes))},
      {.key = "limits.event_size",
       .help = "bytes of an event as JSON (256KiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.event_bytes))},
      {.key = "limits.topics_per_connection",
       .help = "topics a connection may have (128)",
       .value = Into(Integer(1, 100'000), SPANWIRE_WHERE(limits.topics_per_connection))},
      {.key = "limits.max_subscriptions",
       .help = "topics of all connections together, shared evenly by the threads (1000000)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.max_subscriptions))},
      {.key = "limits.client_messages_per_second",
       .help = "messages a client may send a second, on average (50)",
       .value = Into(ParsePositive, SPANWIRE_WHERE(limits.client_messages_per_second))},
      {.key = "limits.client_message_burst",
       .help = "messages a client may send at once (300)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.client_message_burst))},
      {.key = "limits.handshake_timeout",
       .help = "time for a request to arrive (5s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.handshake_timeout))},
      {.key = "limits.auth_timeout",
       .help = "time for a WebSocket without a token to send one (10s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.auth_timeout))},
      {.key = "limits.http_idle_timeout",
       .help = "time between two requests of one HTTP connection (60s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.http_idle_timeout))},
      {.key = "limits.http_write_timeout",
       .help = "time for a client to take an HTTP answer (30s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.http_write_timeout))},
      {.key = "limits.request_head",
       .help = "bytes of a request's head (8KiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.request_head_bytes))},
      {.key = "limits.request_body",
       .help = "bytes of a request's body (64KiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.request_body_bytes))},
      {.key = "limits.outbound_queue",
       .help = "bytes that may wait for one connection; a client further behind is closed with 4008 (1MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.outbound_queue_bytes))},
      {.key = "limits.outbound_total",
       .help = "bytes that may wait for all connections together; over it the largest queues are closed (256MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.outbound_total_bytes))},
      {.key = "limits.close_flush_timeout",
       .help = "time for a client to take what is queued before its connection is closed (30s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.close_flush_timeout))},
      {.key = "limits.close_answer_timeout",
       .help = "time for a client to answer a close (5s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.close_answer_timeout))},
      {.key = "limits.poll_messages",
       .help = "messages of one poll's answer (1000)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.poll_messages))},
      {.key = "limits.poll_gather",
       .help = "how long a held poll that is woken waits for more, at most 50ms (10ms)",
       .value = Into(DurationUpTo("50ms"), SPANWIRE_WHERE(limits.poll_gather))},
      {.key = "limits.poll_answer",
       .help = "bytes of one poll's answer (1MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.poll_bytes))},
      {.key = "limits.broker_timeout",
       .help = "time for the broker to answer a poll's read (5s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.broker_timeout))},
      {.key = "limits.topic_linger",
       .help = "how long a topic stays ready after its last subscriber left (5s)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(limits.topic_linger))},
      {.key = "limits.latest_events",
       .help = "events that wait for a slow client in a topic with slow = latest; more come from history (1000)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.latest_events))},
      {.key = "limits.shard_inbox",
       .help = "events that may wait for one thread; one further behind lets its clients catch up from history (65536)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.shard_inbox_events))},
      {.key = "limits.shard_inbox_memory",
       .help = "bytes of the events that may wait for one thread (64MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.shard_inbox_bytes))},
      {.key = "limits.max_connections",
       .help = "connections of all clients (100000)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.max_connections))},
      {.key = "limits.max_connections_per_address",
       .help = "connections of one remote address, loopback excepted; 0 means no bound (10000)",
       .value = Into(Integer(0, kMany), SPANWIRE_WHERE(limits.max_connections_per_address))},
      {.key = "limits.max_ops_connections",
       .help = "connections to ops_listen, which the caps of clients do not count (100)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.max_ops_connections))},
      {.key = "limits.publish_batch",
       .help = "events of one publish call or stream message (1000)",
       .value = Into(Integer(1, 100'000), SPANWIRE_WHERE(limits.publish_batch_events))},
      {.key = "limits.publish_message",
       .help = "bytes of one publish call or stream message (4MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.publish_message_bytes))},
      {.key = "limits.publish_in_flight",
       .help = "bytes accepted from publishers and not yet stored (64MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.publish_in_flight_bytes))},
      {.key = "limits.producers",
       .help = "publishers with a producer_id whose last batches are remembered (4096)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(limits.producers))},
      {.key = "limits.producer_memory",
       .help = "bytes for remembering them (64MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(limits.producer_bytes))},
      {.key = "broker.kind",
       .help = "where events are kept: memory (memory)",
       .value = OneOf({"memory"}, SPANWIRE_WHERE(broker_kind))},
      {.key = "broker.memory_limit",
       .help = "bytes of history of all topics (512MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(broker_memory_limit))},
      {.key = "broker.max_tenants",
       .help = "tenants that have history or subscribers at a time (10000)",
       .value = Into(Integer(1, kMany), SPANWIRE_WHERE(broker_max_tenants))},
      {.key = "broker.topic_idle",
       .help = "how long a topic without events and subscribers stays in memory (1h)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(broker_topic_idle))},
      {.key = "broker.idempotency_window",
       .help = "how long event ids are remembered (5m)",
       .value = Into(ParsePeriod, SPANWIRE_WHERE(idempotency_window))},
      {.key = "broker.idempotency_memory",
       .help = "bytes for remembering event ids (64MiB)",
       .value = Into(ParseSize, SPANWIRE_WHERE(idempotency_memory))},
  };
}

#undef SPANWIRE_WHERE

// What a setting is called outside the file: limits need no prefix, everything else keeps its section's name.
std::string PlainName(std::string_view key) {
  static constexpr std::string_view kLimits = "limits.";
  std::string name(key.starts_with(kLimits) ? key.substr(kLimits.size()) : key);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace

std::string Setting::flag() const {
  std::string name = fmt::format("--{}", PlainName(key));
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string Setting::variable() const {
  return fmt::format("SPANWIRE_{}", absl::AsciiStrToUpper(PlainName(key)));
}

const std::vector<Setting>& Settings() {
  static const std::vector<Setting> settings = MakeSettings();
  return settings;
}

std::vector<std::string_view> Differences(const Config& a, const Config& b) {
  std::vector<std::string_view> keys;
  for (const Setting& setting : Settings()) {
    if (!setting.value.same(a, b)) keys.push_back(setting.key);
  }
  if (a.auth.client_certificates != b.auth.client_certificates) keys.push_back("auth.client_certificate");
  return keys;
}

}  // namespace spanwire::config

#include "bridge/config/settings_table.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::config {
namespace {

const Setting& Find(std::string_view key) {
  for (const Setting& setting : Settings()) {
    if (setting.key == key) return setting;
  }
  ADD_FAILURE() << "no setting " << key;
  return Settings().front();
}

TEST(SettingsTable, EverySettingIsFoundByItsOwnKeyFlagAndVariable) {
  // Flags of the program itself are taken too.
  std::set<std::string> keys;
  std::set<std::string> flags = {"--config", "--check-config", "--version", "--help"};
  std::set<std::string> variables = {"SPANWIRE_CONFIG"};
  for (const Setting& setting : Settings()) {
    EXPECT_TRUE(keys.insert(std::string(setting.key)).second) << setting.key;
    EXPECT_TRUE(flags.insert(setting.flag()).second) << setting.key;
    EXPECT_TRUE(variables.insert(setting.variable()).second) << setting.key;
    EXPECT_FALSE(setting.help.empty()) << setting.key;
  }
}

TEST(SettingsTable, FlagAndVariableFollowFromTheKey) {
  const Setting& setting = Find("limits.max_connections");
  EXPECT_EQ(setting.flag(), "--max-connections");
  EXPECT_EQ(setting.variable(), "SPANWIRE_MAX_CONNECTIONS");
  EXPECT_EQ(Find("http_listen").flag(), "--http-listen");
  EXPECT_EQ(Find("broker.memory_limit").flag(), "--broker-memory-limit");
}

TEST(SettingsTable, AValueThatDoesNotFitLeavesTheConfigurationAlone) {
  for (const Setting& setting : Settings()) {
    // Any text is a name, a path, an origin or a host.
    if (setting.key == "node" || setting.key == "auth.issuer" || setting.is_path || setting.is_list) continue;
    Config config;
    EXPECT_EQ(setting.value.set(config, "no such value").code(), absl::StatusCode::kInvalidArgument) << setting.key;
  }
  Config config;
  EXPECT_FALSE(Find("limits.max_connections").value.set(config, "0").ok());
  EXPECT_FALSE(Find("limits.poll_gather").value.set(config, "51ms").ok());
  EXPECT_FALSE(Find("ping_interval").value.set(config, "0s").ok());
  EXPECT_TRUE(Find("auth.leeway").value.set(config, "5m").ok());
  EXPECT_FALSE(Find("auth.leeway").value.set(config, "301s").ok());
  EXPECT_TRUE(Find("auth.cookie").value.set(config, "").ok());
  EXPECT_FALSE(Find("auth.cookie").value.set(config, "a;b").ok());
  EXPECT_FALSE(Find("log_level").value.set(config, "loud").ok());
  EXPECT_EQ(config.limits.max_connections, Config().limits.max_connections);
  EXPECT_EQ(config.ping_interval, Config().ping_interval);
  EXPECT_EQ(config.log_level, Config().log_level);
}

TEST(SettingsTable, EachSettingReachesItsOwnField) {
  Config config;
  const auto set = [&config](std::string_view key, std::string_view text) {
    const absl::Status status = Find(key).value.set(config, text);
    EXPECT_TRUE(status.ok()) << key << ": " << status;
  };
  set("http_listen", "127.0.0.1:1");
  set("grpc_listen", "127.0.0.1:2");
  set("insecure", "true");
  set("node", "n1");
  set("io_threads", "3");
  set("schema_dir", "types");
  set("log_level", "debug");
  set("log_format", "json");
  set("ping_interval", "4s");
  set("drain_timeout", "5s");
  set("drain_grpc_timeout", "6s");
  set("drain_window", "7s");
  set("reconnect_spread", "8s");
  set("allowed_origins", "https://a.example");
  set("allowed_hosts", "b.example");
  set("auth.hs256_secret_file", "a");
  set("auth.hs384_secret_file", "b");
  set("auth.hs512_secret_file", "c");
  set("auth.public_key_files", "d.pem");
  set("auth.jwks_file", "e.json");
  set("auth.issuer", "https://id.example");
  set("auth.audiences", "spanwire");
  set("auth.leeway", "30s");
  set("auth.max_token", "4KiB");
  set("auth.max_revocations", "31");
  set("auth.cookie", "session");
  set("file_check_interval", "32s");
  set("ops_listen", "127.0.0.1:3");
  set("trusted_proxies", "10.0.0.0/8");
  set("forwarded_header", "forwarded");
  set("tls.cert_file", "cert.pem");
  set("tls.key_file", "key.pem");
  set("tls.client_ca_file", "ca.pem");
  set("tls.min_version", "1.3");
  set("tls.http", "false");
  set("tls.grpc", "false");
  set("tls.http_client_auth", "required");
  set("tls.grpc_client_auth", "none");
  set("limits.auth_timeout", "33s");
  set("limits.client_message", "6KiB");
  set("limits.event_size", "7KiB");
  set("limits.topics_per_connection", "8");
  set("limits.max_subscriptions", "88");
  set("limits.client_messages_per_second", "9.5");
  set("limits.client_message_burst", "10");
  set("limits.handshake_timeout", "11s");
  set("limits.http_idle_timeout", "12s");
  set("limits.http_write_timeout", "13s");
  set("limits.request_head", "12KiB");
  set("limits.request_body", "13KiB");
  set("limits.outbound_queue", "14MiB");
  set("limits.close_flush_timeout", "14s");
  set("limits.close_answer_timeout", "15s");
  set("limits.poll_messages", "15");
  set("limits.poll_gather", "16ms");
  set("limits.poll_answer", "16KiB");
  set("limits.broker_timeout", "21s");
  set("limits.topic_linger", "22s");
  set("limits.latest_events", "24");
  set("limits.shard_inbox", "23");
  set("limits.shard_inbox_memory", "25MiB");
  set("limits.max_connections", "17");
  set("limits.max_connections_per_address", "18");
  set("limits.max_ops_connections", "28");
  set("limits.outbound_total", "19MiB");
  set("limits.publish_batch", "18");
  set("limits.publish_in_flight", "19MiB");
  set("limits.producers", "24");
  set("limits.producer_memory", "25MiB");
  set("broker.kind", "memory");
  set("broker.max_tenants", "26");
  set("broker.topic_idle", "27s");
  set("broker.memory_limit", "20MiB");
  set("broker.idempotency_window", "21s");
  set("broker.idempotency_memory", "22MiB");

  EXPECT_EQ(config.http_listen, "127.0.0.1:1");
  EXPECT_EQ(config.grpc_listen, "127.0.0.1:2");
  EXPECT_TRUE(config.insecure);
  EXPECT_EQ(config.node, "n1");
  EXPECT_EQ(config.io_threads, 3);
  EXPECT_EQ(config.schema_dir, "types");
  EXPECT_EQ(config.log_level, "debug");
  EXPECT_EQ(config.log_format, "json");
  EXPECT_EQ(config.ping_interval, absl::Seconds(4));
  EXPECT_EQ(config.drain_timeout, absl::Seconds(5));
  EXPECT_EQ(config.drain_grpc_timeout, absl::Seconds(6));
  EXPECT_EQ(config.drain_window, absl::Seconds(7));
  EXPECT_EQ(config.reconnect_spread, absl::Seconds(8));
  EXPECT_THAT(config.allowed_origins, testing::ElementsAre("https://a.example"));
  EXPECT_THAT(config.allowed_hosts, testing::ElementsAre("b.example"));
  EXPECT_EQ(config.auth.hs256_secret_file, "a");
  EXPECT_EQ(config.auth.hs384_secret_file, "b");
  EXPECT_EQ(config.auth.hs512_secret_file, "c");
  EXPECT_THAT(config.auth.public_key_files, testing::ElementsAre("d.pem"));
  EXPECT_EQ(config.auth.jwks_file, "e.json");
  EXPECT_EQ(config.auth.issuer, "https://id.example");
  EXPECT_THAT(config.auth.audiences, testing::ElementsAre("spanwire"));
  EXPECT_EQ(config.auth.leeway, absl::Seconds(30));
  EXPECT_EQ(config.auth.max_token_bytes, 4u << 10);
  EXPECT_EQ(config.auth.max_revocations, 31u);
  EXPECT_EQ(config.auth.cookie, "session");
  EXPECT_EQ(config.file_check_interval, absl::Seconds(32));
  EXPECT_EQ(config.ops_listen, "127.0.0.1:3");
  EXPECT_THAT(config.trusted_proxies, testing::ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(config.forwarded_header, "forwarded");
  EXPECT_EQ(config.tls.cert_file, "cert.pem");
  EXPECT_EQ(config.tls.key_file, "key.pem");
  EXPECT_EQ(config.tls.client_ca_file, "ca.pem");
  EXPECT_EQ(config.tls.min_version, "1.3");
  EXPECT_FALSE(config.tls.http);
  EXPECT_FALSE(config.tls.grpc);
  EXPECT_EQ(config.tls.http_client_auth, "required");
  EXPECT_EQ(config.tls.grpc_client_auth, "none");
  EXPECT_EQ(config.limits.auth_timeout, absl::Seconds(33));
  EXPECT_EQ(config.limits.client_message_bytes, 6u << 10);
  EXPECT_EQ(config.limits.event_bytes, 7u << 10);
  EXPECT_EQ(config.limits.topics_per_connection, 8u);
  EXPECT_EQ(config.limits.max_subscriptions, 88u);
  EXPECT_DOUBLE_EQ(config.limits.client_messages_per_second, 9.5);
  EXPECT_DOUBLE_EQ(config.limits.client_message_burst, 10);
  EXPECT_EQ(config.limits.handshake_timeout, absl::Seconds(11));
  EXPECT_EQ(config.limits.http_idle_timeout, absl::Seconds(12));
  EXPECT_EQ(config.limits.http_write_timeout, absl::Seconds(13));
  EXPECT_EQ(config.limits.request_head_bytes, 12u << 10);
  EXPECT_EQ(config.limits.request_body_bytes, 13u << 10);
  EXPECT_EQ(config.limits.outbound_queue_bytes, 14u << 20);
  EXPECT_EQ(config.limits.close_flush_timeout, absl::Seconds(14));
  EXPECT_EQ(config.limits.close_answer_timeout, absl::Seconds(15));
  EXPECT_EQ(config.limits.poll_messages, 15u);
  EXPECT_EQ(config.limits.poll_gather, absl::Milliseconds(16));
  EXPECT_EQ(config.limits.poll_bytes, 16u << 10);
  EXPECT_EQ(config.limits.broker_timeout, absl::Seconds(21));
  EXPECT_EQ(config.limits.topic_linger, absl::Seconds(22));
  EXPECT_EQ(config.limits.latest_events, 24u);
  EXPECT_EQ(config.limits.shard_inbox_events, 23u);
  EXPECT_EQ(config.limits.shard_inbox_bytes, 25u << 20);
  EXPECT_EQ(config.limits.max_connections, 17u);
  EXPECT_EQ(config.limits.max_connections_per_address, 18u);
  EXPECT_EQ(config.limits.max_ops_connections, 28u);
  EXPECT_EQ(config.limits.outbound_total_bytes, 19u << 20);
  EXPECT_EQ(config.limits.publish_batch_events, 18u);
  EXPECT_EQ(config.limits.publish_in_flight_bytes, 19u << 20);
  EXPECT_EQ(config.limits.producers, 24u);
  EXPECT_EQ(config.limits.producer_bytes, 25u << 20);
  EXPECT_EQ(config.broker_kind, "memory");
  EXPECT_EQ(config.broker_max_tenants, 26u);
  EXPECT_EQ(config.broker_topic_idle, absl::Seconds(27));
  EXPECT_EQ(config.broker_memory_limit, 20u << 20);
  EXPECT_EQ(config.idempotency_window, absl::Seconds(21));
  EXPECT_EQ(config.idempotency_memory, 22u << 20);
}

TEST(SettingsTable, TheDefaultsToldInHelpAreTheDefaults) {
  // A value in brackets at the end of the help, where it is one that the setting would take.
  const Config defaults;
  for (const Setting& setting : Settings()) {
    const size_t open = setting.help.rfind('(');
    if (open == std::string_view::npos || setting.key == "node") continue;
    const std::string_view told = setting.help.substr(open + 1, setting.help.size() - open - 2);
    Config config;
    EXPECT_TRUE(setting.value.set(config, told).ok()) << setting.key << " " << told;
    EXPECT_EQ(config.limits.client_message_bytes, defaults.limits.client_message_bytes);
    EXPECT_EQ(config.limits.event_bytes, defaults.limits.event_bytes);
    EXPECT_EQ(config.limits.topics_per_connection, defaults.limits.topics_per_connection);
    EXPECT_EQ(config.limits.max_subscriptions, defaults.limits.max_subscriptions);
    EXPECT_EQ(config.limits.client_messages_per_second, defaults.limits.client_messages_per_second);
    EXPECT_EQ(config.limits.client_message_burst, defaults.limits.client_message_burst);
    EXPECT_EQ(config.limits.handshake_timeout, defaults.limits.handshake_timeout);
    EXPECT_EQ(config.limits.http_idle_timeout, defaults.limits.http_idle_timeout);
    EXPECT_EQ(config.limits.http_write_timeout, defaults.limits.http_write_timeout);
    EXPECT_EQ(config.limits.request_head_bytes, defaults.limits.request_head_bytes);
    EXPECT_EQ(config.limits.request_body_bytes, defaults.limits.request_body_bytes);
    EXPECT_EQ(config.limits.outbound_queue_bytes, defaults.limits.outbound_queue_bytes);
    EXPECT_EQ(config.limits.poll_messages, defaults.limits.poll_messages);
    EXPECT_EQ(config.limits.poll_bytes, defaults.limits.poll_bytes);
    EXPECT_EQ(config.limits.broker_timeout, defaults.limits.broker_timeout);
    EXPECT_EQ(config.limits.topic_linger, defaults.limits.topic_linger);
    EXPECT_EQ(config.limits.latest_events, defaults.limits.latest_events);
    EXPECT_EQ(config.limits.shard_inbox_events, defaults.limits.shard_inbox_events);
    EXPECT_EQ(config.limits.shard_inbox_bytes, defaults.limits.shard_inbox_bytes);
    EXPECT_EQ(config.limits.max_connections, defaults.limits.max_connections);
    EXPECT_EQ(config.limits.max_ops_connections, defaults.limits.max_ops_connections);
    EXPECT_EQ(config.limits.publish_batch_events, defaults.limits.publish_batch_events);
    EXPECT_EQ(config.limits.publish_in_flight_bytes, defaults.limits.publish_in_flight_bytes);
    EXPECT_EQ(config.http_listen, defaults.http_listen);
    EXPECT_EQ(config.grpc_listen, defaults.grpc_listen);
    EXPECT_EQ(config.io_threads, defaults.io_threads);
    EXPECT_EQ(config.log_level, defaults.log_level);
    EXPECT_EQ(config.log_format, defaults.log_format);
    EXPECT_EQ(config.ping_interval, defaults.ping_interval);
    EXPECT_EQ(config.drain_timeout, defaults.drain_timeout);
    EXPECT_EQ(config.broker_kind, defaults.broker_kind);
    EXPECT_EQ(config.broker_memory_limit, defaults.broker_memory_limit);
    EXPECT_EQ(config.idempotency_window, defaults.idempotency_window);
    EXPECT_EQ(config.idempotency_memory, defaults.idempotency_memory);
  }
}

TEST(SettingsTable, EachSettingToldOtherwiseIsADifferenceByItself) {
  for (const Setting& setting : Settings()) {
    Config changed;
    // One of these is a value of the setting other than its default.
    for (const char* text : {"127.0.0.1:1", "true", "7", "7s", "7ms", "7KiB", "json", "debug", "memory", "1.3", "false",
                             "forwarded", "10.0.0.0/8", "required", "https://app.example"}) {
      Config config;
      if (setting.value.set(config, text).ok() && !setting.value.same(config, Config())) changed = config;
    }
    if (setting.key == "broker.kind") continue;  // has one value so far
    EXPECT_THAT(Differences(changed, Config()), testing::ElementsAre(setting.key));
  }
  EXPECT_THAT(Differences(Config(), Config()), testing::IsEmpty());
}

TEST(SettingsTable, ClientCertificatesToldOtherwiseAreADifferenceAndTopicPoliciesAreNone) {
  Config changed;
  changed.topics.push_back({.match = "a"});
  EXPECT_THAT(Differences(changed, Config()), testing::IsEmpty());
  changed.auth.client_certificates.push_back({.name = "orders"});
  EXPECT_THAT(Differences(changed, Config()), testing::ElementsAre("auth.client_certificate"));
}

}  // namespace
}  // namespace spanwire::config

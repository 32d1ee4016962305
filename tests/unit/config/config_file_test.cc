#include "bridge/config/config_file.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// What reading `text` as /etc/spanwire/spanwire.toml complains about.
std::string FaultOf(std::string_view text) {
  Config config;
  const absl::Status status = ReadConfigText(text, "/etc/spanwire/spanwire.toml", &config);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(status.message());
}

Config ConfigOf(std::string_view text, const std::string& path = "spanwire.toml") {
  Config config;
  const absl::Status status = ReadConfigText(text, path, &config);
  EXPECT_TRUE(status.ok()) << status;
  return config;
}

TEST(ConfigFile, SettingsOfEveryKindAreRead) {
  const Config config = ConfigOf(R"(
http_listen = "127.0.0.1:0"
io_threads = 2
insecure = true
ping_interval = "10s"
allowed_origins = ["https://a.example", "https://b.example"]
[limits]
event_size = 65536
outbound_queue = "2MiB"
client_messages_per_second = 12.5
[broker]
memory_limit = "1GiB"
)");
  EXPECT_EQ(config.http_listen, "127.0.0.1:0");
  EXPECT_EQ(config.io_threads, 2);
  EXPECT_TRUE(config.insecure);
  EXPECT_EQ(config.ping_interval, absl::Seconds(10));
  EXPECT_THAT(config.allowed_origins, ElementsAre("https://a.example", "https://b.example"));
  EXPECT_EQ(config.limits.event_bytes, 65536u);
  EXPECT_EQ(config.limits.outbound_queue_bytes, 2u << 20);
  EXPECT_DOUBLE_EQ(config.limits.client_messages_per_second, 12.5);
  EXPECT_EQ(config.broker_memory_limit, 1u << 30);
}

TEST(ConfigFile, WhatIsNotSaidKeepsItsDefault) {
  const Config config = ConfigOf("# nothing but a comment\n");
  EXPECT_EQ(config.http_listen, Config().http_listen);
  EXPECT_EQ(config.limits.event_bytes, Config().limits.event_bytes);
}

TEST(ConfigFile, TopicPoliciesKeepTheirOrder) {
  const Config config = ConfigOf(R"(
[[topic]]
match = "stats*"
history = { max_events = 10, max_age = "1m", max_bytes = "64KiB" }
[[topic]]
match = "*"
history = { max_events = 0 }
)");
  ASSERT_EQ(config.topics.size(), 2u);
  EXPECT_EQ(config.topics[0].match, "stats*");
  EXPECT_EQ(config.topics[0].history.max_events, 10u);
  EXPECT_EQ(config.topics[0].history.max_age, absl::Minutes(1));
  EXPECT_EQ(config.topics[0].history.max_bytes, 64u << 10);
  EXPECT_EQ(config.topics[1].match, "*");
  EXPECT_EQ(config.topics[1].history.max_events, 0u);
  EXPECT_EQ(config.topics[1].history.max_age, HistoryPolicy().max_age);
}

TEST(ConfigFile, APathIsRelativeToTheFile) {
  EXPECT_EQ(ConfigOf("schema_dir = \"types\"", "/etc/spanwire/bridge.toml").schema_dir, "/etc/spanwire/types");
  EXPECT_EQ(ConfigOf("schema_dir = \"types\"", "bridge.toml").schema_dir, "types");
  EXPECT_EQ(ConfigOf("schema_dir = \"/srv/types\"", "/etc/spanwire/bridge.toml").schema_dir, "/srv/types");
  EXPECT_EQ(ConfigOf("schema_dir = \"\"", "/etc/spanwire/bridge.toml").schema_dir, "");
}

TEST(ConfigFile, AFaultNamesFileLineAndKey) {
  EXPECT_THAT(FaultOf("\n\nio_threads = 99"),
              AllOf(StartsWith("/etc/spanwire/spanwire.toml:3: io_threads: "), HasSubstr("from 0 to 64")));
  EXPECT_THAT(FaultOf("[limits]\nevent_size = \"big\""),
              StartsWith("/etc/spanwire/spanwire.toml:2: limits.event_size: expected a size"));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = \"a\"\nhistory = { max_age = \"x\" }"),
              StartsWith("/etc/spanwire/spanwire.toml:3: topic.history.max_age: expected a duration"));
  EXPECT_THAT(FaultOf("allowed_hosts = [\n\"a\",\n1]"), StartsWith("/etc/spanwire/spanwire.toml:3: allowed_hosts: "));
}

TEST(ConfigFile, AnUnknownKeyIsAnErrorThatNamesIt) {
  EXPECT_THAT(FaultOf("htpp_listen = \"127.0.0.1:1\""), HasSubstr(":1: htpp_listen: unknown key"));
  EXPECT_THAT(FaultOf("[limits]\nevents = 1"), HasSubstr(":2: limits.events: unknown key"));
  EXPECT_THAT(FaultOf("[metrics]\nport = 1"), HasSubstr("metrics: unknown key"));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = \"a\"\nmach = \"b\""), HasSubstr(":3: topic.mach: unknown key"));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = \"a\"\nhistory = { events = 1 }"),
              HasSubstr("topic.history.events: unknown key"));
  EXPECT_THAT(FaultOf("limits = 5"), HasSubstr("limits: unknown key"));
}

TEST(ConfigFile, ASectionAuthIsWantedEvenWhereItIsEmpty) {
  Config config;
  ASSERT_TRUE(ReadConfigText("[auth]\n", "/etc/spanwire/spanwire.toml", &config).ok());
  EXPECT_TRUE(config.auth.wanted);
  EXPECT_FALSE(config.auth.enabled());
}

TEST(ConfigFile, PathsInListsAreRelativeToTheFileToo) {
  Config config;
  ASSERT_TRUE(
      ReadConfigText("[auth]\npublic_key_files = [\"a.pem\", \"/b.pem\"]", "/etc/spanwire/spanwire.toml", &config)
          .ok());
  EXPECT_THAT(config.auth.public_key_files, ElementsAre("/etc/spanwire/a.pem", "/b.pem"));
}

TEST(ConfigFile, ClientCertificatesAreMappedToWhatTheyMay) {
  Config config;
  ASSERT_TRUE(ReadConfigText(R"([[auth.client_certificate]]
name = "orders.internal"
tenant = "acme"
publish = ["orders:*", "user:*"]
roles = ["admin.read"]
[[auth.client_certificate]]
name = "spiffe://example/logs"
)",
                             "f", &config)
                  .ok());
  EXPECT_THAT(config.auth.client_certificates, ElementsAre(ClientCertificate{.name = "orders.internal",
                                                                             .tenant = "acme",
                                                                             .publish = {"orders:*", "user:*"},
                                                                             .roles = {"admin.read"}},
                                                           ClientCertificate{.name = "spiffe://example/logs"}));
}

TEST(ConfigFile, ABadClientCertificateIsNamed) {
  const std::string table = "[[auth.client_certificate]]\n";
  EXPECT_THAT(FaultOf(table), HasSubstr("auth.client_certificate.name: missing"));
  EXPECT_THAT(FaultOf(table + "name = \"\""), HasSubstr(":2: auth.client_certificate.name: expected"));
  EXPECT_THAT(FaultOf(table + "name = 1"), HasSubstr("expected a string"));
  EXPECT_THAT(FaultOf(table + "name = \"a\\n\""), HasSubstr("common name"));
  EXPECT_THAT(FaultOf(table + "name = \"a\"\ntenant = \"a b\""), HasSubstr(":3: auth.client_certificate.tenant"));
  EXPECT_THAT(FaultOf(table + "name = \"a\"\npublish = \"*\""), HasSubstr("expected an array of strings"));
  EXPECT_THAT(FaultOf(table + "name = \"a\"\npublish = [\"a*b\"]"), HasSubstr("auth.client_certificate.publish"));
  EXPECT_THAT(FaultOf(table + "name = \"a\"\nroles = [\"root\"]"), HasSubstr("expected roles: admin.read"));
  EXPECT_THAT(FaultOf(table + "name = \"a\"\nrole = [\"admin.read\"]"), HasSubstr("unknown key"));
  EXPECT_THAT(FaultOf("auth.client_certificate = 1"), HasSubstr("write [[auth.client_certificate]]"));
}

TEST(ConfigFile, AValueOfTheWrongShapeIsRefused) {
  EXPECT_THAT(FaultOf("io_threads = [1]"), HasSubstr("expected a single value"));
  EXPECT_THAT(FaultOf("node = 2026-01-01"), HasSubstr("expected a single value"));
  EXPECT_THAT(FaultOf("allowed_hosts = \"a\""), HasSubstr("expected an array of strings"));
  EXPECT_THAT(FaultOf("topic = 1"), HasSubstr("write [[topic]]"));
  EXPECT_THAT(FaultOf("topic = [1]"), HasSubstr("write [[topic]]"));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = 1"), HasSubstr("expected a string"));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = \"a\"\nhistory = 1"), HasSubstr("max_events"));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = \"a\"\nhistory = { max_events = -1 }"), HasSubstr("a whole number from 0"));
}

TEST(ConfigFile, APolicySaysWhatItMatches) {
  EXPECT_THAT(FaultOf("[[topic]]\nhistory = { max_events = 1 }"), HasSubstr("topic.match: missing"));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = \"a*b\""), HasSubstr(":2: topic.match: "));
  EXPECT_THAT(FaultOf("[[topic]]\nmatch = \"\""), HasSubstr(":2: topic.match: "));
}

TEST(ConfigFile, WhatIsNotTomlSaysWhere) {
  EXPECT_THAT(FaultOf("node = \"a\"\nnode ="), StartsWith("/etc/spanwire/spanwire.toml:2: not TOML: "));
  EXPECT_THAT(FaultOf("node = \"a\"\nnode = \"b\""), HasSubstr("not TOML"));
  EXPECT_THAT(FaultOf("\xff\xfe"), HasSubstr("not TOML"));
}

class ConfigFileOnDisk : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(std::string_view text) {
    const std::string path = folder_ + "/spanwire.toml";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::string folder_ = testing::TempDir() + "config_file_XXXXXX";
};

TEST_F(ConfigFileOnDisk, IsReadWhole) {
  Config config;
  ASSERT_TRUE(ReadConfigFile(Write("node = \"n1\"\r\nschema_dir = \"types\"\r\n"), &config).ok());
  EXPECT_EQ(config.node, "n1");
  EXPECT_EQ(config.schema_dir, folder_ + "/types");
}

TEST_F(ConfigFileOnDisk, MayBeEmpty) {
  Config config;
  const absl::Status status = ReadConfigFile(Write(""), &config);
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ConfigFileOnDisk, ThatIsMissingIsNotFoundByName) {
  Config config;
  const absl::Status status = ReadConfigFile(folder_ + "/none.toml", &config);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("none.toml"), HasSubstr("No such file")));
}

TEST_F(ConfigFileOnDisk, ThatIsAFolderIsRefused) {
  Config config;
  const absl::Status status = ReadConfigFile(folder_, &config);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_));
}

}  // namespace
}  // namespace spanwire::config

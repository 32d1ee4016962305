#include "bridge/config/command_line.h"

#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/config/settings_table.h"
#include "bridge/config/version.h"

namespace spanwire::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class CommandLineTest : public testing::Test {
 protected:
  void TearDown() override {
    if (!file_.empty()) std::filesystem::remove(file_);
  }

  absl::StatusOr<CommandLine> Read(std::vector<std::string> flags) {
    std::vector<const char*> argv = {"spanwire-bridge"};
    for (const std::string& flag : flags) argv.push_back(flag.c_str());
    return ReadCommandLine(static_cast<int>(argv.size()), argv.data(), [this](const char* name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  Config ConfigOf(std::vector<std::string> flags) {
    const absl::StatusOr<CommandLine> line = Read(std::move(flags));
    EXPECT_TRUE(line.ok()) << line.status();
    return line.ok() ? line->config : Config();
  }

  std::string FaultOf(std::vector<std::string> flags) {
    const absl::StatusOr<CommandLine> line = Read(std::move(flags));
    EXPECT_EQ(line.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(line.status().message());
  }

  // Writes the file, in place of the one before, and returns its path.
  std::string File(std::string_view text) {
    TearDown();
    file_ = testing::TempDir() + "command_line_XXXXXX";
    const int fd = mkstemp(file_.data());
    EXPECT_GE(fd, 0);
    close(fd);
    std::ofstream(file_, std::ios::binary) << text;
    return file_;
  }

  std::map<std::string, std::string> environment_;
  std::string file_;
};

TEST_F(CommandLineTest, WithoutFlagsRunsWithTheDefaults) {
  const absl::StatusOr<CommandLine> line = Read({});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->mode, CommandLine::Mode::kRun);
  EXPECT_EQ(line->config.http_listen, "127.0.0.1:8080");
  EXPECT_EQ(line->config.grpc_listen, "127.0.0.1:50051");
}

TEST_F(CommandLineTest, AFlagBeatsAVariableBeatsTheFile) {
  const std::string file = File("node = \"file\"\nlog_level = \"trace\"\nio_threads = 1\n");
  environment_ = {{"SPANWIRE_NODE", "variable"}, {"SPANWIRE_LOG_LEVEL", "debug"}};
  const Config config = ConfigOf({"--config", file, "--node", "flag"});
  EXPECT_EQ(config.node, "flag");
  EXPECT_EQ(config.log_level, "debug");
  EXPECT_EQ(config.io_threads, 1);
}

TEST_F(CommandLineTest, TheFileMayBeNamedByAVariable) {
  environment_ = {{"SPANWIRE_CONFIG", File("node = \"file\"\n")}};
  EXPECT_EQ(ConfigOf({}).node, "file");
}

TEST_F(CommandLineTest, AStrongerListReplacesAWeakerOne) {
  const std::string file = File("allowed_origins = [\"https://file.example\"]\nallowed_hosts = [\"file.example\"]\n");
  environment_ = {{"SPANWIRE_ALLOWED_ORIGINS", "https://a.example,https://b.example"}};
  Config config = ConfigOf({"--config", file});
  EXPECT_THAT(config.allowed_origins, ElementsAre("https://a.example", "https://b.example"));
  EXPECT_THAT(config.allowed_hosts, ElementsAre("file.example"));

  config =
      ConfigOf({"--config", file, "--allowed-origins", "https://c.example", "--allowed-origins", "https://d.example"});
  EXPECT_THAT(config.allowed_origins, ElementsAre("https://c.example", "https://d.example"));
}

TEST_F(CommandLineTest, TheLastOfARepeatedFlagCounts) {
  EXPECT_EQ(ConfigOf({"--io-threads", "1", "--io-threads=2"}).io_threads, 2);
}

TEST_F(CommandLineTest, ASwitchCanTurnOffWhatTheFileTurnedOn) {
  const std::string file = File("insecure = true\n");
  EXPECT_TRUE(ConfigOf({"--config", file}).insecure);
  EXPECT_TRUE(ConfigOf({"--insecure"}).insecure);
  EXPECT_FALSE(ConfigOf({"--config", file, "--insecure=false"}).insecure);
  environment_ = {{"SPANWIRE_INSECURE", "false"}};
  EXPECT_FALSE(ConfigOf({"--config", file}).insecure);
}

TEST_F(CommandLineTest, AFaultNamesTheFlagOrTheVariable) {
  EXPECT_THAT(FaultOf({"--http-listen", "here"}), StartsWith("--http-listen: expected an address"));
  EXPECT_THAT(FaultOf({"--http-listen", "0.0.0.0:1"}), AllOf(StartsWith("--http-listen: "), HasSubstr("--insecure")));
  EXPECT_THAT(FaultOf({"--event-size", "1MiB"}), StartsWith("--event-size: at most half of limits.outbound_queue"));
  EXPECT_THAT(FaultOf({"--event-size", "1MiB", "--outbound-queue", "1MiB"}), StartsWith("--outbound-queue: "));
  EXPECT_THAT(FaultOf({"--publish-message", "4194303"}), StartsWith("--publish-message: 4MiB to 512MiB"));
  EXPECT_THAT(FaultOf({"--publish-message", "536870913"}), StartsWith("--publish-message: 4MiB to 512MiB"));
  EXPECT_THAT(FaultOf({"--poll-answer", "257MiB"}), StartsWith("--poll-answer: at most limits.outbound_total"));
  EXPECT_THAT(FaultOf({"--outbound-total", "1MiB", "--poll-answer", "2MiB"}), StartsWith("--outbound-total: at least"));
  environment_ = {{"SPANWIRE_MAX_CONNECTIONS", "many"}};
  EXPECT_THAT(FaultOf({}), StartsWith("SPANWIRE_MAX_CONNECTIONS: expected a whole number"));
}

TEST_F(CommandLineTest, SettingsThatDoNotFitNameWhereTheyWereGiven) {
  std::string file = File("node = \"a\"\n[limits]\noutbound_queue = \"100kB\"\n");
  EXPECT_THAT(FaultOf({"--config", file}), StartsWith(file + ":3: limits.outbound_queue: at least twice"));
  EXPECT_THAT(FaultOf({"--config", file, "--outbound-queue", "200kB"}), StartsWith("--outbound-queue: at least twice"));
  file = File("http_listen = \"0.0.0.0:0\"\n");
  EXPECT_THAT(FaultOf({"--config", file}), StartsWith(file + ":1: http_listen: 0.0.0.0:0 is not a loopback address"));
  file = File("[tls]\nkey_file = \"key.pem\"\n");
  EXPECT_THAT(FaultOf({"--config", file}), StartsWith(file + ":2: tls.key_file: "));
  file = File("node = \"a\"\n[auth]\nhs256_secret_file = \"s\"\n\n[[auth.client_certificate]]\nname = \"n\"\n");
  EXPECT_THAT(FaultOf({"--config", file}), StartsWith(file + ":5: auth.client_certificate: nobody is asked"));
  file = File("node = \"a\"\n\n[auth]\n");
  EXPECT_THAT(FaultOf({"--config", file}), StartsWith(file + ":3: auth: no key"));
  environment_ = {{"SPANWIRE_HTTP_LISTEN", "0.0.0.0:0"}};
  EXPECT_THAT(FaultOf({}), StartsWith("SPANWIRE_HTTP_LISTEN: "));
}

TEST_F(CommandLineTest, TheConfigurationKnowsWhereEachSettingIsFrom) {
  const std::string file = File("node = \"a\"\nio_threads = 1\nallowed_hosts = []\n[limits]\nevent_size = 2048\n");
  environment_ = {{"SPANWIRE_NODE", "b"}, {"SPANWIRE_IO_THREADS", "2"}};
  const Sources sources = ConfigOf({"--config", file, "--io-threads", "3"}).sources;
  EXPECT_EQ(sources.Of("io_threads"), "--io-threads");
  EXPECT_EQ(sources.Of("node"), "SPANWIRE_NODE");
  EXPECT_EQ(sources.Of("allowed_hosts"), file + ":3: allowed_hosts");
  EXPECT_EQ(sources.Of("limits.event_size"), file + ":5: limits.event_size");
  EXPECT_EQ(sources.Of("log_level"), "log_level");
  EXPECT_TRUE(sources.Has("node"));
  EXPECT_FALSE(sources.Has("log_level"));
}

TEST_F(CommandLineTest, TheLargestEventMustFitIntoAMessage) {
  const auto with_message = [](const char* bytes) {
    return std::vector<std::string>{"--event-size", "8MiB", "--outbound-queue", "16MiB", "--publish-message", bytes};
  };
  EXPECT_THAT(FaultOf(with_message("8389631")),
              StartsWith("--publish-message: at least 1KiB more than limits.event_size"));
  EXPECT_THAT(FaultOf({"--event-size", "8MiB", "--outbound-queue", "16MiB"}),
              StartsWith("--event-size: at least 1KiB less than limits.publish_message"));
  EXPECT_EQ(ConfigOf(with_message("8389632")).limits.publish_message_bytes, 8389632u);
}

// Otherwise an unset variable of a shell would open the bridge to everybody.
TEST_F(CommandLineTest, WhatIsSaidOfAuthWithoutAKeyIsAMistakeAndNoOpenDoor) {
  for (const Setting& setting : Settings()) {
    if (!setting.key.starts_with("auth.")) continue;
    SCOPED_TRACE(setting.key);
    const bool is_key = setting.key.ends_with("_secret_file") || setting.key == "auth.jwks_file";
    const std::string text = is_key                                ? ""
                             : setting.key == "auth.leeway"        ? "1s"
                             : setting.key.starts_with("auth.max") ? "100"
                                                                   : "x";
    if (setting.key != "auth.public_key_files") {
      EXPECT_THAT(FaultOf({setting.flag(), text}),
                  AllOf(StartsWith(setting.flag() + ": no key"), HasSubstr("hs256_secret_file")));
    }
    environment_ = {{setting.variable(), setting.is_list ? "" : text}};
    EXPECT_THAT(FaultOf({}), StartsWith(setting.variable() + ": no key"));
    environment_.clear();
  }
  EXPECT_THAT(FaultOf({"--auth-public-key-files", ""}), StartsWith("--auth-public-key-files: expected"));
  const std::string file = File("[auth]\nhs256_secret_file = \"secret\"\n");
  EXPECT_TRUE(ConfigOf({"--config", file}).auth.enabled());
  EXPECT_THAT(FaultOf({"--config", file, "--auth-hs256-secret-file", ""}),
              StartsWith("--auth-hs256-secret-file: no key"));
  EXPECT_TRUE(ConfigOf({"--auth-cookie", "", "--auth-jwks-file", "keys.json"}).auth.enabled());
}

TEST_F(CommandLineTest, OriginsAndHostsThatCouldNeverMatchAreRefusedWhereverTheyAreGiven) {
  EXPECT_THAT(FaultOf({"--allowed-origins", "https://app.example/"}),
              StartsWith("--allowed-origins: expected an origin"));
  EXPECT_THAT(FaultOf({"--allowed-hosts", "https://pub.example"}), StartsWith("--allowed-hosts: expected a host"));
  const std::string file = File("allowed_origins = [\"https://a.example\", \"null\"]\n");
  EXPECT_THAT(FaultOf({"--config", file}), AllOf(HasSubstr(":1: allowed_origins: expected an origin")));
  environment_ = {{"SPANWIRE_ALLOWED_ORIGINS", "https://a.example,*"}};
  EXPECT_THAT(FaultOf({}), StartsWith("SPANWIRE_ALLOWED_ORIGINS: expected an origin"));
  environment_.clear();
  const Config config = ConfigOf({"--allowed-origins", "https://App.example:443", "--allowed-hosts", "Pub.example"});
  EXPECT_THAT(config.allowed_origins, ElementsAre("https://app.example"));
  EXPECT_THAT(config.allowed_hosts, ElementsAre("pub.example"));
}

TEST_F(CommandLineTest, AnUnknownFlagIsNamed) {
  EXPECT_THAT(FaultOf({"--http-port", "80"}), AllOf(HasSubstr("--http-port"), HasSubstr("--help")));
  EXPECT_THAT(FaultOf({"run"}), HasSubstr("run"));
  EXPECT_THAT(FaultOf({"--node"}), HasSubstr("--node"));
}

TEST_F(CommandLineTest, AFileThatCannotBeReadIsAnErrorThatNamesIt) {
  const absl::StatusOr<CommandLine> line = Read({"--config", "/no/such/spanwire.toml"});
  EXPECT_EQ(line.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(line.status().message()), HasSubstr("/no/such/spanwire.toml"));
}

TEST_F(CommandLineTest, CheckConfigChecksAndDoesNotRun) {
  const absl::StatusOr<CommandLine> line = Read({"--check-config"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->mode, CommandLine::Mode::kCheckConfig);
  EXPECT_FALSE(Read({"--check-config", "--io-threads", "99"}).ok());
}

TEST_F(CommandLineTest, HelpNamesEveryFlag) {
  const absl::StatusOr<CommandLine> line = Read({"--help"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->mode, CommandLine::Mode::kPrint);
  for (const Setting& setting : Settings()) EXPECT_THAT(line->text, HasSubstr(setting.flag()));
}

TEST_F(CommandLineTest, VersionIsOneLine) {
  const absl::StatusOr<CommandLine> line = Read({"--version"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->mode, CommandLine::Mode::kPrint);
  EXPECT_EQ(line->text, std::string(kServer) + "\n");
}

TEST_F(CommandLineTest, AnUnnamedBridgeIsCalledAsItsHost) {
  std::array<char, 256> host{};
  ASSERT_EQ(gethostname(host.data(), host.size() - 1), 0);
  EXPECT_EQ(ConfigOf({}).node, host.data());
}

}  // namespace
}  // namespace spanwire::config

#include "publisher_sdk/src/credentials.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kToken[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2VjcmV0";

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    std::string name = ::testing::TempDir() + "spanwire-credentials-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~CredentialsTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  static std::string FaultOf(const Security& security, const std::string& target = "127.0.0.1:1") {
    const auto credentials = LoadCredentials(target, security);
    EXPECT_EQ(credentials.status().code(), absl::StatusCode::kUnauthenticated);
    return std::string(credentials.status().message());
  }

  std::filesystem::path folder_;
};

TEST_F(CredentialsTest, ATokenFileIsReadAnewAndStripped) {
  const std::string path = Write("token", std::string("  ") + kToken + "\r\n");
  EXPECT_EQ(LoadCredentials("127.0.0.1:1", {.token_file = path})->authorization, std::string("Bearer ") + kToken);
  Write("token", "other\n");
  EXPECT_EQ(LoadCredentials("127.0.0.1:1", {.token_file = path})->authorization, "Bearer other");
  EXPECT_EQ(LoadCredentials("127.0.0.1:1", {})->authorization, "");
}

TEST_F(CredentialsTest, WhatCannotBeUsedIsNamedAndNotRepeated) {
  EXPECT_THAT(FaultOf({.token_file = "/nowhere/token"}), HasSubstr("/nowhere/token"));
  EXPECT_THAT(FaultOf({.token_file = Write("empty", " \n")}), HasSubstr("empty"));
  EXPECT_THAT(FaultOf({.token = "a", .token_file = Write("t", "b")}), HasSubstr("one of them"));
  EXPECT_THAT(FaultOf({.token = std::string(kToken) + "\n" + kToken}),
              AllOf(HasSubstr("no token"), Not(HasSubstr(kToken))));
  EXPECT_THAT(FaultOf({.token_file = Write("binary", std::string("a\0b", 3))}), HasSubstr("is no token"));
  EXPECT_THAT(FaultOf({.token_file = Write("large", std::string((1 << 20) + 1, 'a'))}), HasSubstr("1 MiB"));
  EXPECT_THAT(FaultOf({.token_file = folder_.string()}), HasSubstr("cannot read"));
  EXPECT_THAT(FaultOf({.ca = Write("ca.pem", "garbage")}), HasSubstr("ca.pem holds no certificate"));
  EXPECT_THAT(FaultOf({.cert = "c.pem"}), HasSubstr("give both"));
  EXPECT_THAT(FaultOf({.key = "k.pem"}), HasSubstr("give both"));
}

TEST_F(CredentialsTest, ATokenGoesOverPlainTextToThisMachineAlone) {
  EXPECT_THAT(FaultOf({.token = kToken}, "bridge.example:50051"),
              AllOf(HasSubstr("plain text"), Not(HasSubstr(kToken))));
  EXPECT_TRUE(LoadCredentials("bridge.example:50051", {.token = kToken, .token_in_plain_text = true}).ok());
  EXPECT_TRUE(LoadCredentials("bridge.example:50051", {.tls = true, .token = kToken}).ok());
  EXPECT_TRUE(LoadCredentials("bridge.example:50051", {}).ok());
  EXPECT_TRUE(LoadCredentials("127.0.0.1:50051", {.token = kToken}).ok());
}

TEST(IsOnThisMachine, IsToldFromTheTextAlone) {
  for (const char* local :
       {"127.0.0.1:1", "127.8.9.10:1", "localhost:1", "localhost", "[::1]:1", "unix:/run/spanwire", "unix:///run/s",
        "dns:///localhost:1", "dns:127.0.0.1:1", "ipv4:127.0.0.1:1", "ipv6:[::1]:1", "passthrough:///127.0.0.1:1"}) {
    EXPECT_TRUE(IsOnThisMachine(local)) << local;
  }
  for (const char* remote :
       {"", "bridge:1", "10.0.0.1:1", "127.0.0.1.example.org:1", "127.evil.example:1", "127.1:1", "localhost.example:1",
        "0.0.0.0:1", "[::]:1", "[::ffff:10.0.0.1]:1", "[fe80::1]:1", "dns:///bridge:1", "dns://127.0.0.1/bridge:1",
        "ipv4:127.0.0.1:1,10.0.0.1:1", "2130706433:1", "0x7f.1:1", "xds:///localhost", "localhost@evil.example:1"}) {
    EXPECT_FALSE(IsOnThisMachine(remote)) << remote;
  }
}

}  // namespace
}  // namespace spanwire::internal

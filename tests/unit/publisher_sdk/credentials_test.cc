#include "publisher_sdk/src/credentials.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_certificates.h"

namespace spanwire::internal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kToken[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2VjcmV0";

constexpr char kKeyWithPassphrase[] = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAjJJzO4rg9QhgIBATAM
BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBAgQQyzwR90blaHr/E0vld8AdpgSBkEts
VzYHzWGWme/WD6e8KsKZAyy+tgBZP/CQhmGsVGxDmdVV3TZSb75jPwmAji2YLGp1
ERiTfMRgATCEf/OCnbb81DHt+UZXtsZo5nqEZ+8G/NosunnTgbs/rlvg80/D7+VJ
x7n6zFb0r8tFg0h4O3wXVBHysFcl5K6yXwlpQMROKxC4FEUBtbI6MuzhT6X6cw==
-----END ENCRYPTED PRIVATE KEY-----
)";

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
    EXPECT_EQ(credentials.status().code(), absl::StatusCode::kInvalidArgument);
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
  EXPECT_EQ(FaultOf({.token_file = "/nowhere/token"}),
            "token_file /nowhere/token cannot be read: No such file or directory");
  EXPECT_THAT(FaultOf({.token_file = Write("empty", " \n")}), HasSubstr("empty is empty"));
  EXPECT_THAT(FaultOf({.token = "a", .token_file = Write("t", "b")}), HasSubstr("both token and token_file"));
  EXPECT_THAT(FaultOf({.token = std::string(kToken) + "\n" + kToken}),
              AllOf(HasSubstr("token holds no token"), Not(HasSubstr(kToken))));
  EXPECT_THAT(FaultOf({.token_file = Write("binary", std::string("a\0b", 3))}), HasSubstr("holds no token"));
  EXPECT_THAT(FaultOf({.token_file = Write("large", std::string((1 << 20) + 1, 'a'))}), HasSubstr("1 MiB"));
  EXPECT_THAT(FaultOf({.token_file = folder_.string()}), HasSubstr("cannot be read"));
  EXPECT_THAT(FaultOf({.cert = "c.pem"}), HasSubstr("cert is given without key"));
  EXPECT_THAT(FaultOf({.key = "k.pem"}), HasSubstr("key is given without cert"));
}

TEST_F(CredentialsTest, SettingsAreCalledAsTheProgramCallsThem) {
  EXPECT_THAT(FaultOf({.ca = "/nope", .names = {.ca = "--ca"}}), StartsWith("--ca /nope cannot be read"));
}

TEST_F(CredentialsTest, FilesOfOtherThingsAreToldAsWhatTheyAreNot) {
  const tls::TestAuthority authority;
  const tls::CertifiedKey mine = authority.Certify("me");
  const tls::CertifiedKey others = authority.Certify("other");
  const std::string cert = Write("cert.pem", mine.certificate + authority.certificate());
  const std::string key = Write("key.pem", mine.key);
  EXPECT_TRUE(LoadCredentials("bridge:1", {.ca = cert, .cert = cert, .key = key}).ok());

  EXPECT_THAT(FaultOf({.ca = Write("ca.pem", "garbage")}), HasSubstr("ca.pem holds no certificate"));
  EXPECT_THAT(FaultOf({.ca = Write("ca.pem", "")}), HasSubstr("ca.pem holds no certificate"));
  EXPECT_THAT(FaultOf({.ca = key}), HasSubstr("key.pem holds no certificate"));
  const std::string cut = mine.certificate + authority.certificate().substr(0, 100);
  EXPECT_THAT(FaultOf({.ca = Write("ca.pem", cut)}), HasSubstr("ca.pem holds a certificate that cannot be read"));
  EXPECT_THAT(FaultOf({.cert = key, .key = key}), HasSubstr("key.pem holds no certificate"));
  EXPECT_THAT(FaultOf({.cert = cert, .key = cert}), HasSubstr("cert.pem holds no private key"));
  EXPECT_THAT(FaultOf({.cert = cert, .key = Write("other.pem", others.key)}),
              HasSubstr("other.pem is not the private key of cert "));
}

TEST_F(CredentialsTest, NobodyIsAskedForAPassphrase) {
  const tls::CertifiedKey mine = tls::TestAuthority().Certify("me");
  const std::string cert = Write("cert.pem", mine.certificate);
  EXPECT_THAT(FaultOf({.cert = cert, .key = Write("key.pem", kKeyWithPassphrase)}), HasSubstr("with a passphrase"));
}

// Whoever owns the proxy could read what a plain connection carries.
TEST_F(CredentialsTest, NoProxyIsAskedForThisMachineNorShownAToken) {
  const auto by_proxy = [](const std::string& target, const Security& security) {
    const auto credentials = LoadCredentials(target, security);
    EXPECT_TRUE(credentials.ok()) << credentials.status();
    return credentials.ok() && credentials->by_proxy;
  };
  EXPECT_FALSE(by_proxy("127.0.0.1:1", {}));
  EXPECT_FALSE(by_proxy("127.0.0.1:1", {.token = kToken}));
  EXPECT_FALSE(by_proxy("localhost:1", {.tls = true, .token = kToken}));
  EXPECT_FALSE(by_proxy("bridge:1", {.token = kToken, .token_in_plain_text = true}));
  EXPECT_TRUE(by_proxy("bridge:1", {.tls = true, .token = kToken}));
  EXPECT_TRUE(by_proxy("bridge:1", {}));
}

TEST_F(CredentialsTest, CredentialsOfOnesOwnAreHeldToTheSameRule) {
  const Security token = {.token = kToken};
  EXPECT_FALSE(LoadCredentials("bridge:1", token, grpc::InsecureChannelCredentials()).ok());
  EXPECT_TRUE(LoadCredentials("bridge:1", {}, grpc::InsecureChannelCredentials()).ok());
  EXPECT_FALSE(LoadCredentials("127.0.0.1:1", token, grpc::InsecureChannelCredentials())->by_proxy);
  EXPECT_TRUE(LoadCredentials("bridge:1", token, grpc::SslCredentials({}))->by_proxy);
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

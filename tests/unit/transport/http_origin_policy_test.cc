#include "bridge/transport/origin_policy.h"

#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

using boost::asio::ip::make_address;

OriginPolicy Policy() {
  config::Config config;
  config.http_listen = "bridge.internal:8080";
  config.allowed_hosts = {"push.example", "other.example:8443", "[2001:db8::7]", "tls.example:443"};
  config.allowed_origins = {"https://app.example", "http://dev.example:3000", "null"};
  return OriginPolicy(config);
}

TEST(OriginPolicyTest, NamesThatOnlyThisMachinesUsersMeanAreAllowed) {
  for (const char* host :
       {"localhost",       "localhost:8080",    "LOCALHOST",      "app.localhost",    "127.0.0.1",
        "127.0.0.1:80",    "127.1.2.3:9",       "[::1]",          "[::1]:8080",       "[::ffff:127.0.0.1]",
        "bridge.internal", "bridge.internal:1", "Push.Example",   "push.example:999", "other.example:8443",
        "[2001:db8::7]:1", "192.0.2.5",         "192.0.2.5:8080", "tls.example",      "tls.example:443"}) {
    EXPECT_TRUE(Policy().HostAllowed(host, make_address("192.0.2.5"))) << host;
  }
}

TEST(OriginPolicyTest, NamesThatCouldBeReboundAreNot) {
  for (const char* host : {"",
                           "evil.example",
                           "evil.example:8080",
                           "localhost.evil.example",
                           "notlocalhost",
                           "localhost.",
                           "127.0.0.1.nip.io",
                           "0.0.0.0",
                           "192.0.2.6",
                           "other.example",
                           "other.example:8444",
                           "tls.example:80",
                           "sub.push.example",
                           "push.example.",
                           "localhost:",
                           "localhost:x",
                           "localhost:99999",
                           "localhost:80:80",
                           "::1",
                           "[::1",
                           "[::1]x",
                           "[]",
                           "a@localhost",
                           "localhost/x",
                           "127.1",
                           "2130706433",
                           "localhost,evil.example",
                           "local host"}) {
    EXPECT_FALSE(Policy().HostAllowed(host, make_address("192.0.2.5"))) << host;
  }
}

TEST(OriginPolicyTest, AnAddressIsTheSameWhenItIsMappedIntoIpv6) {
  EXPECT_TRUE(Policy().HostAllowed("192.0.2.5", make_address("::ffff:192.0.2.5")));
}

TEST(OriginPolicyTest, SameOriginMeansSameHostAndPort) {
  const struct {
    const char* origin;
    const char* host;
    bool allowed;
  } cases[] = {
      {"http://localhost:8080", "localhost:8080", true},
      {"http://LocalHost:8080", "localhost:8080", true},
      {"http://localhost", "localhost", true},
      {"http://localhost", "localhost:80", true},
      {"https://push.example", "push.example", true},
      {"https://push.example", "push.example:443", true},
      {"http://[::1]:8080", "[::1]:8080", true},
      {"http://localhost:8081", "localhost:8080", false},
      {"http://localhost", "localhost:8080", false},
      {"http://127.0.0.1:8080", "localhost:8080", false},
      {"https://evil.example", "localhost", false},
      {"https://push.example", "push.example:80", false},
      {"null", "null", false},
      {"", "localhost", false},
      {"localhost", "localhost", false},
      {"file://", "", false},
      {"ftp://localhost", "localhost", false},
      {"http://localhost/", "localhost", false},
      {"http://", "", false},
      {"chrome-extension://localhost", "localhost", false},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Policy().OriginAllowed(test.origin, test.host), test.allowed) << test.origin << " at " << test.host;
  }
}

TEST(OriginPolicyTest, ListedOriginsAreAllowedExactlyAndNullNeverIs) {
  const OriginPolicy policy = Policy();
  EXPECT_TRUE(policy.OriginListed("https://app.example"));
  EXPECT_TRUE(policy.OriginAllowed("https://app.example", "localhost"));
  EXPECT_TRUE(policy.OriginListed("http://dev.example:3000"));
  EXPECT_FALSE(policy.OriginListed("http://app.example"));
  EXPECT_FALSE(policy.OriginListed("https://app.example:8443"));
  EXPECT_FALSE(policy.OriginListed("https://app.example.evil.example"));
  EXPECT_FALSE(policy.OriginListed("http://dev.example"));
  EXPECT_FALSE(policy.OriginListed("null"));
  EXPECT_FALSE(policy.OriginListed(""));
}

TEST(OriginPolicyTest, WhereTlsEndsHereAPageThatCameWithoutItIsAnothers) {
  config::Config config;
  config.tls.cert_file = "server.pem";
  config.tls.key_file = "server-key.pem";
  const OriginPolicy policy(config);
  EXPECT_TRUE(policy.OriginAllowed("https://push.example", "push.example"));
  EXPECT_TRUE(policy.OriginAllowed("https://push.example", "push.example:443"));
  EXPECT_TRUE(policy.OriginAllowed("https://push.example:8443", "push.example:8443"));
  EXPECT_FALSE(policy.OriginAllowed("http://push.example", "push.example"));
  EXPECT_FALSE(policy.OriginAllowed("http://push.example:8443", "push.example:8443"));
  config.tls.http = false;
  EXPECT_TRUE(OriginPolicy(config).OriginAllowed("http://push.example", "push.example"));
}

}  // namespace
}  // namespace spanwire::transport

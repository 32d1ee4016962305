#include "bridge/config/origin.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/model/absl_view.h"

namespace spanwire::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// In the spelling that is kept; empty where it is refused.
std::string OriginOf(std::string_view text) {
  return ParseOrigin(text).value_or("");
}
std::string HostOf(std::string_view text) {
  return ParseHostName(text).value_or("");
}

TEST(OriginTest, IsKeptAsBrowsersSendIt) {
  const struct {
    const char* text;
    const char* origin;
  } cases[] = {
      {"https://app.example", "https://app.example"},
      {"https://app.example:443", "https://app.example"},
      {"http://app.example:80", "http://app.example"},
      {"https://app.example:80", "https://app.example:80"},
      {"http://app.example:443", "http://app.example:443"},
      {"http://localhost:3000", "http://localhost:3000"},
      {"HTTPS://App.Example", "https://app.example"},
      {"https://app.example:00443", "https://app.example"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
      {"http://[::1]:8080", "http://[::1]:8080"},
      {"http://[2001:DB8:0:0::7]", "http://[2001:db8::7]"},
      {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
      {"https://app.example.", "https://app.example."},
  };
  for (const auto& test : cases) EXPECT_EQ(OriginOf(test.text), test.origin) << test.text;
}

TEST(OriginTest, WhatNoBrowserSendsIsRefused) {
  for (const char* text : {"",
                           "https://app.example/",
                           "https://app.example/path",
                           "https://app.example?x",
                           "https://app.example#x",
                           "app.example",
                           "*",
                           "null",
                           "https://*.example",
                           "https://*",
                           "file://x",
                           "file://",
                           "ftp://app.example",
                           "wss://app.example",
                           "chrome-extension://abc",
                           "https://",
                           "https:app.example",
                           "https:///app.example",
                           "https://app.example:",
                           "https://app.example:0",
                           "https://app.example:65536",
                           "https://app.example:x",
                           "https://app.example:443:443",
                           "https://user@app.example",
                           "https://app example",
                           " https://app.example",
                           "https://app.example ",
                           "https://app..example",
                           "https://.example",
                           "https://b\xc3\xbc\x63her.example",
                           "https://127.1",
                           "https://2130706433",
                           "https://1.2.3.4.5",
                           "https://[::1",
                           "https://::1",
                           "https://[app]",
                           "https://[1.2.3.4]",
                           "https://app.example,https://b.example",
                           "https://app.example\n"}) {
    EXPECT_EQ(OriginOf(text), "") << text;
  }
  const std::string fault(model::ToStd(ParseOrigin("https://app.example/").status().message()));
  EXPECT_THAT(fault, StartsWith("expected an origin as browsers send it, such as https://app.example"));
  EXPECT_THAT(fault, HasSubstr("got \"https://app.example/\""));
}

TEST(HostNameTest, IsANameWithOrWithoutAPort) {
  EXPECT_EQ(HostOf("push.example"), "push.example");
  EXPECT_EQ(HostOf("Push.Example:8443"), "push.example:8443");
  EXPECT_EQ(HostOf("push.example:443"), "push.example:443");
  EXPECT_EQ(HostOf("bridge"), "bridge");
  EXPECT_EQ(HostOf("my_bridge.internal"), "my_bridge.internal");
  EXPECT_EQ(HostOf("192.0.2.7:80"), "192.0.2.7:80");
  EXPECT_EQ(HostOf("[2001:DB8::7]"), "[2001:db8::7]");
}

TEST(HostNameTest, WhatNoClientSendsIsRefused) {
  for (const char* text : {"", "https://pub.example", "http://pub.example:80", "pub.example/", "*", "*.example", ":80",
                           "pub.example:", "pub.example:0", "pub.example:x", "pub.example:70000", "a@pub.example",
                           "pub example", "2001:db8::7", "[]", "[::1", "127.1", "pub..example", "pub.example,b"}) {
    EXPECT_EQ(HostOf(text), "") << text;
  }
  EXPECT_THAT(std::string(model::ToStd(ParseHostName("https://pub.example").status().message())),
              StartsWith("expected a host as in a Host header, such as push.example"));
}

}  // namespace
}  // namespace spanwire::config

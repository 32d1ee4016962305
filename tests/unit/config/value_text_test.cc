#include "bridge/config/value_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::config {
namespace {

using testing::HasSubstr;

TEST(ParseSize, UnitsCountInTheirOwnWay) {
  EXPECT_EQ(*ParseSize("0"), 0u);
  EXPECT_EQ(*ParseSize("1500"), 1500u);
  EXPECT_EQ(*ParseSize("1500B"), 1500u);
  EXPECT_EQ(*ParseSize("64kB"), 64'000u);
  EXPECT_EQ(*ParseSize("3MB"), 3'000'000u);
  EXPECT_EQ(*ParseSize("2GB"), 2'000'000'000u);
  EXPECT_EQ(*ParseSize("64KiB"), 65'536u);
  EXPECT_EQ(*ParseSize("1MiB"), 1'048'576u);
  EXPECT_EQ(*ParseSize("4GiB"), 4'294'967'296u);
}

TEST(ParseSize, WhatIsNoSizeIsRefusedWithAnExample) {
  for (const char* text : {"", "MiB", "-1", "+1", "1.5MiB", "1 MiB", "1mib", "1TiB", "1MiBs", " 1", "1 ", "0x10",
                           "18446744073709551616", "18446744073709551615KiB", "17179869184GiB"}) {
    const auto size = ParseSize(text);
    ASSERT_EQ(size.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(size.status().message()), HasSubstr("a size such as 1MiB")) << text;
  }
}

TEST(ParseSize, TheLargestSizeFits) {
  EXPECT_EQ(*ParseSize("18446744073709551615"), 18446744073709551615u);
  EXPECT_EQ(*ParseSize("17179869183GiB"), 17179869183u << 30);
}

TEST(ParseDuration, UnitsMayFollowEachOther) {
  EXPECT_EQ(*ParseDuration("100ms"), absl::Milliseconds(100));
  EXPECT_EQ(*ParseDuration("30s"), absl::Seconds(30));
  EXPECT_EQ(*ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDuration("1.5s"), absl::Milliseconds(1500));
  EXPECT_EQ(*ParseDuration("0"), absl::ZeroDuration());
}

TEST(ParseDuration, WhatIsNoSpanOfTimeIsRefused) {
  for (const char* text : {"", "5", "s", "-1s", "inf", "-inf", "1 s", "1d", "soon", "30S"}) {
    EXPECT_EQ(ParseDuration(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParseInteger, BothEndsOfTheRangeBelongToIt) {
  EXPECT_EQ(*ParseInteger("1", 1, 64), 1);
  EXPECT_EQ(*ParseInteger("64", 1, 64), 64);
  EXPECT_EQ(*ParseInteger("-5", -5, 5), -5);
}

TEST(ParseInteger, OutsideTheRangeTheErrorNamesIt) {
  for (const char* text : {"0", "65", "", "1.0", "1e1", "+1", " 1", "1x", "99999999999999999999"}) {
    const auto number = ParseInteger(text, 1, 64);
    ASSERT_EQ(number.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(number.status().message()), HasSubstr("a whole number from 1 to 64")) << text;
  }
}

TEST(ParsePeriod, IsNeverNothing) {
  EXPECT_EQ(*ParsePeriod("1ms"), absl::Milliseconds(1));
  EXPECT_THAT(std::string(ParsePeriod("999us").status().message()), HasSubstr("at least 1ms"));
  EXPECT_FALSE(ParsePeriod("soon").ok());
}

TEST(ParseDurationUpTo, SaysItsBoundAsItWasWritten) {
  EXPECT_EQ(*ParseDurationUpTo("5m", "5m"), absl::Minutes(5));
  EXPECT_EQ(*ParseDurationUpTo("0", "5m"), absl::ZeroDuration());
  EXPECT_THAT(std::string(ParseDurationUpTo("301s", "5m").status().message()), HasSubstr("at most 5m"));
  EXPECT_FALSE(ParseDurationUpTo("soon", "5m").ok());
}

TEST(ParseCookieName, IsATokenOrNothing) {
  EXPECT_EQ(*ParseCookieName("__Host-spanwire"), "__Host-spanwire");
  EXPECT_EQ(*ParseCookieName(""), "");
  EXPECT_TRUE(ParseCookieName(std::string(128, 'c')).ok());
  for (const std::string& text : {std::string(129, 'c'), std::string("a b"), std::string("a=b"), std::string("a;b"),
                                  std::string("a\x7f"), std::string("\xc3\xa9"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(ParseCookieName(text).ok()) << text;
  }
}

TEST(ParsePositive, FractionsAreNumbersToo) {
  EXPECT_DOUBLE_EQ(*ParsePositive("0.5"), 0.5);
  EXPECT_DOUBLE_EQ(*ParsePositive("50"), 50);
  EXPECT_DOUBLE_EQ(*ParsePositive("1e3"), 1000);
}

TEST(ParsePositive, WhatCannotBeARateIsRefused) {
  for (const char* text : {"", "0", "-1", "nan", "inf", "1e999", "1,5", "5/s"}) {
    EXPECT_EQ(ParsePositive(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParseBool, OnlyTheTwoWordsAreUnderstood) {
  EXPECT_TRUE(*ParseBool("true"));
  EXPECT_FALSE(*ParseBool("false"));
  for (const char* text : {"", "yes", "1", "True", "on"}) EXPECT_FALSE(ParseBool(text).ok()) << text;
}

TEST(ParseListenAddress, HostsAreAddressesOrLocalhost) {
  const auto v4 = ParseListenAddress("0.0.0.0:8080");
  ASSERT_TRUE(v4.ok()) << v4.status();
  EXPECT_EQ(v4->host, "0.0.0.0");
  EXPECT_EQ(v4->port, 8080);
  EXPECT_FALSE(v4->loopback);

  const auto v6 = ParseListenAddress("[fe80::1]:65535");
  ASSERT_TRUE(v6.ok()) << v6.status();
  EXPECT_EQ(v6->host, "fe80::1");
  EXPECT_EQ(v6->port, 65535);
  EXPECT_FALSE(v6->loopback);

  EXPECT_EQ(ParseListenAddress("localhost:0")->host, "127.0.0.1");
}

TEST(ParseListenAddress, OnlyThisMachinesOwnAddressesAreLoopback) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"}) {
    EXPECT_TRUE(ParseListenAddress(text)->loopback) << text;
  }
  for (const char* text : {"0.0.0.0:1", "128.0.0.1:1", "192.168.0.1:1", "[::]:1", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_FALSE(ParseListenAddress(text)->loopback) << text;
  }
}

TEST(ParseListenAddress, HalfAnAddressIsRefusedWithAnExample) {
  for (const char* text :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
        "127.0.0.1:http", "127.1:80", "::1:8080", "[::1]", "[::1:80", "[127.0.0.1]:80", "bridge.example:80", " :1"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(address.status().message()), HasSubstr("an address such as 127.0.0.1:8080")) << text;
  }
}

TEST(ParseListenAddress, AnErrorDoesNotRepeatAPageOfInput) {
  const auto address = ParseListenAddress(std::string(100'000, 'x'));
  EXPECT_LT(address.status().message().size(), 200u);
}

}  // namespace
}  // namespace spanwire::config

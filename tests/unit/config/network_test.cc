#include "bridge/config/network.h"

#include <gmock/gmock.h>

namespace spanwire::config {
namespace {

bool Holds(std::string_view network, std::string_view address) {
  return ParseNetwork(network).value().Contains(*ParseAddress(address));
}

TEST(Network, HoldsTheAddressesThatBeginWithItsBits) {
  EXPECT_TRUE(Holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(Holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(Holds("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(Holds("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(Holds("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(Holds("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(Holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(Holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(Holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(Holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(Holds("::/0", "203.0.113.9"));
}

TEST(Network, AnIpv4AddressIsTheSameInItsIpv6Form) {
  EXPECT_TRUE(Holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(Holds("::ffff:10.0.0.0/104", "10.1.2.3"));
}

TEST(Network, WhatIsNoneIsRefused) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "::1/129", "localhost", "/8",
                           "10.0.0.0/8/8", "10.0.0.0/8 ", "1.2.3.4\n", "[::1]"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseNetwork(text).status())) << text;
  }
}

}  // namespace
}  // namespace spanwire::config

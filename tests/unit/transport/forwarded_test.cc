#include "bridge/transport/forwarded.h"

#include <gmock/gmock.h>

#include "bridge/transport/endpoint_text.h"
#include "bridge/transport/trusted_proxies.h"

namespace spanwire::transport {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST(Forwarded, TellsEachHop) {
  EXPECT_THAT(ParseForwarded("for=192.0.2.60;proto=http;by=203.0.113.43"), Optional(ElementsAre("192.0.2.60")));
  EXPECT_THAT(ParseForwarded(R"(For="[2001:db8:cafe::17]:4711")"), Optional(ElementsAre("[2001:db8:cafe::17]:4711")));
  EXPECT_THAT(ParseForwarded("for=192.0.2.43 ,\tfor=198.51.100.17;by=_x"),
              Optional(ElementsAre("192.0.2.43", "198.51.100.17")));
  EXPECT_THAT(ParseForwarded("by=203.0.113.43, for=unknown, for=_hidden"),
              Optional(ElementsAre("", "unknown", "_hidden")));
  EXPECT_THAT(ParseForwarded(R"(by="a,b;for=1.1.1.1";for="2.2.2.2")"), Optional(ElementsAre("2.2.2.2")));
}

TEST(Forwarded, WhatIsMalformedSaysNothing) {
  for (const char* text : {"", ",", "for", "for=", "=1.1.1.1", "for=1.1.1.1,", "for=1.1.1.1;", ";for=1.1.1.1",
                           "for=\"1.1.1.1", "for=\"1.1.1.1\\\"", "for=[::1]", "for=1.1.1.1 for=2.2.2.2", "for =1.1.1.1",
                           "for= 1.1.1.1", "for=1.1.1.1;for=2.2.2.2", "for=1.1.1.1\"", "for=1.1.1.1,,for=2.2.2.2"}) {
    EXPECT_EQ(ParseForwarded(text), std::nullopt) << text;
  }
}

TEST(Forwarded, TheOlderHeaderIsAList) {
  EXPECT_THAT(ParseForwardedFor("1.1.1.1, 2.2.2.2 ,3.3.3.3"), ElementsAre("1.1.1.1", "2.2.2.2", "3.3.3.3"));
  EXPECT_THAT(ParseForwardedFor(""), ElementsAre(""));
  EXPECT_THAT(ParseForwardedFor(",x"), ElementsAre("", "x"));
}

class TrustedProxiesTest : public ::testing::Test {
 protected:
  TrustedProxiesTest() { config_.trusted_proxies = {"10.0.0.0/8", "::1"}; }

  // Who asks by 10.0.0.1.
  std::string ClientOf(std::string_view value) {
    const std::string name = config_.forwarded_header == "forwarded" ? "Forwarded" : "X-Forwarded-For";
    const HttpRequest request{.headers = {{name, std::string(value)}}};
    const auto client = TrustedProxies(config_).ClientOf(request, {boost::asio::ip::make_address("10.0.0.1"), 99});
    return client ? EndpointText(*client) : "malformed";
  }

  config::Config config_;
};

TEST_F(TrustedProxiesTest, TrustsWhatIsListedOnly) {
  const TrustedProxies proxies(config_);
  EXPECT_TRUE(proxies.Trusts(boost::asio::ip::make_address("10.9.9.9")));
  EXPECT_TRUE(proxies.Trusts(boost::asio::ip::make_address("::ffff:10.9.9.9")));
  EXPECT_TRUE(proxies.Trusts(boost::asio::ip::make_address("::1")));
  EXPECT_FALSE(proxies.Trusts(boost::asio::ip::make_address("127.0.0.1")));
  EXPECT_FALSE(TrustedProxies(config::Config()).Trusts(boost::asio::ip::make_address("127.0.0.1")));
}

TEST_F(TrustedProxiesTest, TheClientIsTheLastThatIsNoTrustedProxy) {
  EXPECT_EQ(ClientOf("203.0.113.9"), "203.0.113.9:0");
  EXPECT_EQ(ClientOf("203.0.113.9, 10.0.0.7"), "203.0.113.9:0");
  EXPECT_EQ(ClientOf("6.6.6.6, 203.0.113.9, 10.0.0.7, 10.0.0.8"), "203.0.113.9:0")
      << "what stands before is its own word";
  EXPECT_EQ(ClientOf("10.0.0.7, 10.0.0.8"), "10.0.0.7:0") << "a proxy asks for itself";
  EXPECT_EQ(ClientOf("203.0.113.9:4711"), "203.0.113.9:4711");
  EXPECT_EQ(ClientOf("2001:db8::1"), "[2001:db8::1]:0");
  EXPECT_EQ(ClientOf("[2001:db8::1]:80"), "[2001:db8::1]:80");
}

TEST_F(TrustedProxiesTest, WhereNoAddressIsToldTheProxyIsTheClient) {
  EXPECT_EQ(ClientOf(""), "10.0.0.1:99");
  EXPECT_EQ(ClientOf("unknown"), "10.0.0.1:99");
  EXPECT_EQ(ClientOf("203.0.113.9, unknown"), "10.0.0.1:99");
  EXPECT_EQ(ClientOf("203.0.113.9, Unknown, 10.0.0.7"), "10.0.0.7:0");
  EXPECT_EQ(ClientOf("203.0.113.9, _hidden:80"), "10.0.0.1:99");
}

TEST_F(TrustedProxiesTest, WhatIsNoAddressIsMalformedWhereItWouldBeTheClient) {
  for (const char* list :
       {"junk", "203.0.113.9, junk", "203.0.113.9, junk, 10.0.0.7", "1.2.3", "1.2.3.4.5", "[::1", "203.0.113.9:x",
        "203.0.113.9,,10.0.0.7 junk", "localhost", "203.0.113.9 10.0.0.7", "\"\""}) {
    EXPECT_EQ(ClientOf(list), "malformed") << list;
  }
  EXPECT_EQ(ClientOf("junk, 203.0.113.9, 10.0.0.7"), "203.0.113.9:0") << "what stands before is the client's own word";
  config_.forwarded_header = "forwarded";
  EXPECT_EQ(ClientOf("for=junk"), "malformed");
  EXPECT_EQ(ClientOf("for=_hidden"), "10.0.0.1:99");
  EXPECT_EQ(ClientOf("for=junk, for=203.0.113.9"), "203.0.113.9:0");
}

TEST_F(TrustedProxiesTest, OnlyTheHeaderThatIsSetIsBelieved) {
  config_.forwarded_header = "forwarded";
  EXPECT_EQ(ClientOf("for=6.6.6.6, for=\"203.0.113.9:1\", for=10.0.0.7"), "203.0.113.9:1");
  EXPECT_EQ(ClientOf("for=203.0.113.9, for=\"10.0.0.7"), "malformed");
  const HttpRequest request{.headers = {{"X-Forwarded-For", "6.6.6.6"}}};
  const boost::asio::ip::tcp::endpoint proxy(boost::asio::ip::make_address("10.0.0.1"), 99);
  EXPECT_EQ(TrustedProxies(config_).ClientOf(request, proxy), proxy);
}

}  // namespace
}  // namespace spanwire::transport

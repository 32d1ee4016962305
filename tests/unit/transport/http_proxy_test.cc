// Who asks behind a proxy, and what is to be found on which address.
#include <gmock/gmock.h>

#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HttpProxyTest : public HttpServerTest {
 protected:
  // The address that administrators see of the only client, who asks with these headers.
  std::string AddressSeen(const std::string& headers) {
    RawClient client(port());
    EXPECT_EQ(client.Get("/ws", std::string(kHandshake) + headers).status, 101);
    EXPECT_TRUE(watch_.AwaitOpened(++clients_));
    std::string seen;
    Everywhere([&seen](session::Registry& registry) {
      registry.ForEach([&seen](session::Client& each) { seen = each.Describe().remote_address; });
    });
    client.Close();
    EXPECT_TRUE(watch_.AwaitClosed(clients_));
    return seen;
  }

  int clients_ = 0;
};

TEST_F(HttpProxyTest, NobodyIsBelievedWhoIsNotTrusted) {
  config_.trusted_proxies = {"10.0.0.0/8"};
  Start();
  EXPECT_THAT(AddressSeen("X-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n"), HasSubstr("127.0.0.1:"));
}

TEST_F(HttpProxyTest, ATrustedProxySaysWhoAsks) {
  config_.trusted_proxies = {"127.0.0.1"};
  Start();
  EXPECT_EQ(AddressSeen("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.9\r\n"), "203.0.113.9:0");
  EXPECT_THAT(AddressSeen("Forwarded: for=6.6.6.6\r\n"), HasSubstr("127.0.0.1:"));
}

TEST_F(HttpProxyTest, AMalformedHeaderOfATrustedProxyIsRefused) {
  config_.trusted_proxies = {"127.0.0.1"};
  config_.forwarded_header = "forwarded";
  Start();
  EXPECT_EQ(GetOnce("/healthz", "Forwarded: for=\"1.1.1.1\r\n").status, 400);
  EXPECT_EQ(GetOnce("/healthz", "Forwarded: for=1.1.1.1\r\n").status, 200);
}

TEST_F(HttpProxyTest, WhatATrustedProxyNamesThatIsNoAddressIsRefused) {
  config_.trusted_proxies = {"127.0.0.1"};
  config_.limits.max_connections_per_address = 3;
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    EXPECT_EQ(clients.back()->Get("/ws", std::string(kHandshake) + "X-Forwarded-For: garbage\r\n").status, 400);
  }
  EXPECT_EQ(GetOnce("/healthz", "X-Forwarded-For: garbage, 203.0.113.9\r\n").status, 200);
}

TEST_F(HttpProxyTest, TheBoundOfOneAddressCountsClientsAndNotProxies) {
  config_.trusted_proxies = {"127.0.0.1"};
  config_.limits.max_connections_per_address = 2;
  Start();
  const auto open = [&](RawClient& client, const std::string& address) {
    return client.Get("/ws", std::string(kHandshake) + "X-Forwarded-For: " + address + "\r\n").status;
  };
  std::vector<std::unique_ptr<RawClient>> clients;
  std::vector<int> answers;
  for (const char* address : {"203.0.113.9", "203.0.113.9", "203.0.113.9", "203.0.113.10"}) {
    clients.push_back(std::make_unique<RawClient>(port()));
    answers.push_back(open(*clients.back(), address));
  }
  EXPECT_THAT(answers, ElementsAre(101, 101, 503, 101));
  clients.front()->Close();
  ASSERT_TRUE(watch_.AwaitClosed(1));
  RawClient next(port());
  EXPECT_EQ(open(next, "203.0.113.9"), 101);
}

TEST_F(HttpProxyTest, OneConnectionOfAProxyMayCarryMany) {
  config_.trusted_proxies = {"127.0.0.1"};
  config_.limits.max_connections_per_address = 1;
  Start();
  RawClient proxy(port());
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(proxy.Get("/healthz", "X-Forwarded-For: 203.0.113." + std::to_string(i) + "\r\n").status, 200);
    EXPECT_EQ(proxy.Get("/healthz", "X-Forwarded-For: 203.0.113." + std::to_string(i) + "\r\n").status, 200);
  }
}

TEST_F(HttpProxyTest, TheRateOfAConnectionIsNotForAProxysWhichCarriesMany) {
  config_.trusted_proxies = {"127.0.0.1"};
  config_.limits.client_messages_per_second = 0.001;
  config_.limits.client_message_burst = 1;
  Start();
  RawClient proxy(port());
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(proxy.Get("/api/poll?topics=a", "X-Forwarded-For: 203.0.113." + std::to_string(i) + "\r\n").status, 200);
  }
}

TEST_F(HttpProxyTest, WhereOperatorsHaveAnAddressOfTheirOwnClientsFindNeitherMetricsNorConsole) {
  config_.ops_listen = "127.0.0.1:0";
  Start();
  const std::string ops = server_->ops_address();
  const auto ops_port = static_cast<uint16_t>(std::stoi(ops.substr(ops.rfind(':') + 1)));
  ASSERT_NE(ops_port, port());
  for (const char* path :
       {"/metrics", "/", "/console/console.js", "/favicon.svg", "/console/../metrics", "//metrics"}) {
    EXPECT_EQ(GetOnce(path).status, 404) << path;
  }
  for (const char* path : {"/healthz", "/readyz", "/client/spanwire.js", "/api/poll?topics=a"}) {
    EXPECT_EQ(GetOnce(path).status, 200) << path;
  }
  for (const char* path :
       {"/metrics", "/", "/console/console.js", "/healthz", "/client/spanwire.js", "/api/poll?topics=a"}) {
    RawClient operators(ops_port);
    EXPECT_EQ(operators.Get(path).status, 200) << path;
  }
  RawClient console(ops_port);
  EXPECT_EQ(console.Get("/ws", kHandshake).status, 101);
}

TEST_F(HttpProxyTest, WithoutItEverythingIsOnOneAddress) {
  Start();
  EXPECT_EQ(server_->ops_address(), "");
  EXPECT_EQ(GetOnce("/metrics").status, 200);
  EXPECT_EQ(GetOnce("/").status, 200);
}

}  // namespace
}  // namespace spanwire::transport

// What the bridge does when there is too much of it.
#include <ifaddrs.h>
#include <net/if.h>

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/unit/transport/client_frame.h"
#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;

class HttpOverloadTest : public HttpServerTest {
 protected:
  // An address of this machine that is not loopback; empty where it has none.
  static std::string OwnAddress() {
    ifaddrs* interfaces = nullptr;
    if (::getifaddrs(&interfaces) != 0) return "";
    std::string own;
    for (const ifaddrs* each = interfaces; each != nullptr; each = each->ifa_next) {
      if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET || (each->ifa_flags & IFF_LOOPBACK) != 0) {
        continue;
      }
      char text[INET_ADDRSTRLEN];
      const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
      own = ::inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text));
    }
    ::freeifaddrs(interfaces);
    return own;
  }
  // A WebSocket with `topic` that reads no more.
  std::unique_ptr<RawClient> Stalled(const std::string& topic) {
    auto client = std::make_unique<RawClient>(port(), /*receive_buffer=*/4096);
    EXPECT_EQ(client->Get("/ws", kHandshake).status, 101);
    const std::string subscribe = R"({"action":"subscribe","topic":")" + topic + "\"}";
    client->Send(websocket::ClientFrame{.payload = subscribe}.Encode());
    EXPECT_NE(client->ReadUntil("\"subscription\""), "");
    return client;
  }
  uint64_t Sum(observe::OwnedCounter observe::ShardMetrics::*counter) const {
    uint64_t sum = 0;
    for (const observe::ShardMetrics* shard : metrics_.Shards()) sum += (shard->*counter).Value();
    return sum;
  }
};

TEST_F(HttpOverloadTest, OneAddressHasSoManyConnectionsAndOthersGoOn) {
  const std::string own = OwnAddress();
  if (own.empty()) GTEST_SKIP() << "this machine has no address but loopback";
  config_.http_listen = "0.0.0.0:0";
  config_.limits.max_connections_per_address = 1;
  Start();
  RawClient first(port(), 0, own);
  EXPECT_EQ(first.Get("/healthz").status, 200);
  RawClient second(port(), 0, own);
  const ClientResponse refused = second.Get("/healthz");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.Header("Retry-After"), "");
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"overloaded")"));
  EXPECT_TRUE(second.Ends());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(GetOnce("/healthz").status, 200);  // loopback is not counted
  // The place goes along with the socket.
  EXPECT_EQ(first.Get("/ws", kHandshake).status, 101);
  EXPECT_EQ(RawClient(port(), 0, own).Get("/healthz").status, 503);
}

TEST_F(HttpOverloadTest, OverTheBoundOfAllQueuesTheLargestIsClosedAndTheOthersStay) {
  config_.limits.outbound_queue_bytes = 1024 * 1024 * 1024;
  config_.limits.outbound_total_bytes = 16 * 1024 * 1024;
  Start(2);
  const auto large = Stalled("large");
  const auto small = Stalled("small");
  const auto other = Stalled("other");
  const std::string data = "{\"v\":\"" + std::string(200'000, 'x') + "\"}";
  const auto shed = [this] { return Sum(&observe::ShardMetrics::outbound_shed); };
  for (int i = 0; i < 1000 && shed() == 0; ++i) {
    Publish("large", data);
    if (i % 4 == 0) Publish("small", data);
  }
  ASSERT_EQ(shed(), 1u);
  EXPECT_EQ(Sum(&observe::ShardMetrics::slow_consumers_closed), 1u);
  for (int i = 0; i < 2; ++i) Everywhere([](session::Registry&) {});  // behind what the closing posts
  // The other two are open, and within the bound there is room again.
  EXPECT_EQ(observe::SumUp(metrics_).connections, 3u);  // the closed one has not taken its close yet
  EXPECT_LT(observe::SumUp(metrics_).queued_bytes, config_.limits.outbound_total_bytes);
  const std::string words = large->ReadUntil("\"disconnect\"");
  EXPECT_NE(words, "");
  EXPECT_THAT(large->ReadUntil("}"), HasSubstr("4008"));
  Publish("other", R"({"n":1})");
  EXPECT_NE(other->ReadUntil("{\"n\":1}"), "");
}

}  // namespace
}  // namespace spanwire::transport

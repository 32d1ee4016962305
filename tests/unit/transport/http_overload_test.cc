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

using ::testing::AllOf;
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
  uint16_t ops_port() const {
    const std::string ops = server_->ops_address();
    return static_cast<uint16_t>(std::stoi(ops.substr(ops.rfind(':') + 1)));
  }
  static std::string CursorOf(const ClientResponse& poll) {
    const size_t at = poll.body.find("\"cursor\":\"") + 10;
    return poll.body.substr(at, poll.body.find('"', at) - at);
  }
  uint64_t Refused(observe::Cap cap) const {
    uint64_t sum = 0;
    for (const observe::ShardMetrics* shard : metrics_.Shards()) {
      sum += shard->connections_refused[static_cast<size_t>(cap)].Value();
    }
    return sum;
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
  const ClientResponse refused = second.Get("/api/poll?topics=a");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.Header("Retry-After"), "");
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"overloaded")"));
  EXPECT_TRUE(second.Ends());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(GetOnce("/healthz").status, 200);  // loopback is not counted
  // The place goes along with the socket.
  EXPECT_EQ(first.Get("/ws", kHandshake).status, 101);
  EXPECT_EQ(RawClient(port(), 0, own).Get("/api/poll?topics=a").status, 503);
}

TEST_F(HttpOverloadTest, OverTheCapProbesAndOperatorsAreAnsweredAllTheSame) {
  config_.ops_listen = "127.0.0.1:0";
  config_.limits.max_connections = 2;
  config_.limits.max_ops_connections = 2;
  Start(2);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    ASSERT_EQ(clients.back()->Get("/ws", kHandshake).status, 101);
  }
  EXPECT_EQ(GetOnce("/api/poll?topics=a").status, 503);
  for (const char* path : {"/healthz", "/readyz"}) {
    RawClient probe(port());
    EXPECT_EQ(probe.Get(path).status, 200) << path;
    EXPECT_TRUE(probe.Ends()) << "it is one too many all the same";
  }
  // The operators' address counts its own.
  RawClient first(ops_port());
  RawClient second(ops_port());
  for (RawClient* each : {&first, &second}) {
    for (const char* path : {"/healthz", "/readyz", "/metrics", "/api/poll?topics=a"}) {
      EXPECT_EQ(each->Get(path).status, 200) << path;
    }
  }
  EXPECT_EQ(RawClient(ops_port()).Get("/api/poll?topics=a").status, 503);
  EXPECT_EQ(RawClient(ops_port()).Get("/healthz").status, 200);
  EXPECT_THAT(first.Get("/metrics").body,
              AllOf(HasSubstr("spanwire_connections_refused_total{reason=\"max_connections\"} 1\n"),
                    HasSubstr("spanwire_connections_refused_total{reason=\"max_ops_connections\"} 1\n")));
}

TEST_F(HttpOverloadTest, WhereThereIsOneAddressMetricsAreAnsweredOverTheCap) {
  config_.limits.max_connections = 1;
  Start();
  RawClient client(port());
  ASSERT_EQ(client.Get("/ws", kHandshake).status, 101);
  EXPECT_EQ(GetOnce("/metrics").status, 200);
  // Who may ask is another question.
  RawClient rebound(port());
  rebound.Send("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(rebound.Read().status, 403);
}

TEST_F(HttpOverloadTest, RefusedConnectionsAreCountedAnEventStreamsToo) {
  config_.limits.max_connections = 1;
  Start();
  RawClient client(port());
  ASSERT_EQ(client.Get("/ws", kHandshake).status, 101);
  EXPECT_EQ(GetOnce("/api/sse?topics=a").status, 200);
  EXPECT_EQ(GetOnce("/ws", kHandshake).status, 503);
  EXPECT_EQ(Refused(observe::Cap::kAll), 2u);
}

TEST_F(HttpOverloadTest, TooManyToBeToldSoAreCountedToo) {
  if (TestsRunOverTls()) GTEST_SKIP() << "a client cannot even shake hands with a server that hangs up";
  constexpr size_t kToldAtOnce = 256;
  config_.limits.max_connections = 1;
  config_.limits.handshake_timeout = absl::Minutes(5);
  Start();
  RawClient client(port());
  ASSERT_EQ(client.Get("/ws", kHandshake).status, 101);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (size_t i = 0; i < kToldAtOnce; ++i) silent.push_back(std::make_unique<RawClient>(port()));
  RawClient last(port());
  EXPECT_TRUE(last.Ends());
  EXPECT_EQ(Refused(observe::Cap::kRefusals), 1u);
}

TEST_F(HttpOverloadTest, PollAnswersThatNobodyTakesAreBoundedWithTheQueues) {
  config_.limits.poll_bytes = 64 * 1024 * 1024;
  config_.limits.outbound_total_bytes = 30 * 1024 * 1024;
  Start();
  const std::string topics = "topics=a,b,c,d,e,f,g,h,i,j,k,l";
  const std::string start = CursorOf(GetOnce("/api/poll?" + topics));
  const std::string data = "{\"v\":\"" + std::string(1'000'000, 'x') + "\"}";
  for (char topic = 'a'; topic <= 'l'; ++topic) Publish(std::string(1, topic), data);
  const std::string poll = "/api/poll?" + topics + "&cursor=" + start;
  const auto queued = [this] {
    Everywhere([](session::Registry&) {});
    return observe::SumUp(metrics_).queued_bytes;
  };
  // Twelve megabytes each, more than the kernel keeps for a reader that does not read.
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (size_t i = 0; i < 2; ++i) {
    stalled.push_back(std::make_unique<RawClient>(port(), /*receive_buffer=*/4096));
    stalled.back()->Request("GET", poll);
    EXPECT_NE(stalled.back()->PeekUntil("\r\n\r\n"), "");
    EXPECT_GT(queued(), (i + 1) * 12'000'000);
  }
  const ClientResponse refused = GetOnce(poll);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.Header("Retry-After"), "");
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"overloaded")"));
  // Room was made for who comes again: more than three quarters were taken.
  for (int i = 0; i < 3; ++i) Everywhere([](session::Registry&) {});  // behind what the closing posts
  ASSERT_EQ(Sum(&observe::ShardMetrics::outbound_shed), 1u);
  EXPECT_LT(queued(), 13'000'000u);
  EXPECT_EQ(GetOnce(poll).status, 200);
  EXPECT_EQ(GetOnce("/api/poll?topics=a").status, 200);
  stalled.clear();
  ASSERT_TRUE(server_->AwaitNoConnections(absl::Seconds(10)));
  EXPECT_EQ(queued(), 0u);
}

TEST(OutboundBudget, AdmitsUpToItsLimitAndMakesRoomWhereLittleIsLeft) {
  int shed = 0;
  OutboundBudget budget(1000, [&] { ++shed; });
  EXPECT_TRUE(budget.Admit(1000));
  EXPECT_FALSE(budget.Admit(1001));
  EXPECT_EQ(shed, 0) << "nothing that could go would make room";
  budget.Change(751);
  EXPECT_TRUE(budget.Admit(249));
  EXPECT_FALSE(budget.Admit(250));
  EXPECT_FALSE(budget.Admit(250));
  EXPECT_EQ(shed, 1) << "once until it is settled";
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

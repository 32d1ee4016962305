// What becomes of those who come while the bridge goes away.
#include <memory>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "tests/unit/transport/client_frame.h"
#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;

class HttpDrainTest : public HttpServerTest {
 protected:
  // Runs on the shard between any two things that it does, until an upgrade has been answered and before the connection
  // has become a WebSocket; there the drain begins.
  void DrainBehindTheNextUpgrade(absl::Notification* drained) {
    fanout_->shard(0).Post([this, drained] {
      if (metrics_.Shards().at(0)->http_requests[0].Value() == 0) return DrainBehindTheNextUpgrade(drained);
      readiness_.Set(Readiness::State::kDraining);
      directory_->registry(fanout_->shard(0)).ForEach([](session::Client& client) {
        client.Disconnect(session::CloseCode::kRestart, "test");
      });
      drained->Notify();
    });
  }
};

TEST_F(HttpDrainTest, AnUpgradeInFlightWhenTheDrainBeginsIsToldToo) {
  Start();
  absl::Notification drained;
  DrainBehindTheNextUpgrade(&drained);
  RawClient client(port());
  EXPECT_EQ(client.Get("/ws", kHandshake).status, 101);
  drained.WaitForNotification();
  const std::string words = client.PeekUntil("\"reconnect\":true");
  EXPECT_THAT(words, HasSubstr("\"connected\""));
  EXPECT_THAT(words, HasSubstr("\"code\":1012"));
}

TEST_F(HttpDrainTest, UpgradesAreRefusedAndTheConnectionEnds) {
  Start();
  RawClient client(port());
  EXPECT_EQ(client.Get("/healthz").status, 200);
  readiness_.Set(Readiness::State::kDraining);
  const ClientResponse refused = client.Get("/ws", kHandshake);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.Header("Retry-After"), "");
  EXPECT_EQ(refused.Header("Connection"), "close");
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"overloaded")"));
  EXPECT_TRUE(client.Ends());
}

TEST_F(HttpDrainTest, PollsAreAnsweredAtOnceAndTheConnectionEnds) {
  Start();
  RawClient client(port());
  const std::string body = client.Get("/api/poll?topics=a").body;
  const size_t at = body.find("\"cursor\":\"") + 10;
  const std::string cursor = body.substr(at, body.find('"', at) - at);
  readiness_.Set(Readiness::State::kDraining);
  const ClientResponse answer = client.Get("/api/poll?topics=a&wait=60&cursor=" + cursor);  // within 10 s, or fails
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_THAT(answer.body, HasSubstr(cursor));
  EXPECT_TRUE(client.Ends());
}

TEST_F(HttpDrainTest, ProbesAreAnsweredToTheEnd) {
  Start();
  RawClient client(port());
  ASSERT_EQ(client.Get("/ws", kHandshake).status, 101);
  ASSERT_TRUE(watch_.AwaitOpened(1));
  readiness_.Set(Readiness::State::kDraining);
  server_->BeginDrain();
  const ClientResponse ready = GetOnce("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.Header("Connection"), "close");
  EXPECT_EQ(GetOnce("/healthz").status, 200);
}

TEST_F(HttpDrainTest, WhoHasJustConnectedIsStillAnswered) {
  Start();
  RawClient client(port());
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (server_->connections() == 0 && absl::Now() < deadline) std::this_thread::yield();
  readiness_.Set(Readiness::State::kDraining);
  server_->BeginDrain();
  const ClientResponse ready = client.Get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.Header("Connection"), "close");
}

TEST_F(HttpDrainTest, ClientsAreToldOneAfterAnotherAndWhatWasPublishedReachesThemBefore) {
  constexpr int kClients = 8;
  Start(2);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    ASSERT_EQ(clients.back()->Get("/ws", kHandshake).status, 101);
    clients.back()->Send(websocket::ClientFrame{.payload = R"({"action":"subscribe","topic":"a"})"}.Encode());
    ASSERT_NE(clients.back()->ReadUntil("\"subscription\""), "");
  }
  for (int i = 0; i < 1000; ++i) Publish("a", "{\"n\":" + std::to_string(i) + "}");
  readiness_.Set(Readiness::State::kDraining);
  server_->BeginDrain();
  std::thread drain([this] { server_->DrainClients(absl::Seconds(30)); });
  for (const auto& client : clients) {
    const std::string words = client->PeekUntil("\"after_ms\":");
    EXPECT_THAT(words, HasSubstr("{\"n\":999}"));
    client->Close();
  }
  drain.join();  // long before the window is over: they are few
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(HttpDrainTest, AWindowSpreadsTheCloses) {
  constexpr int kClients = 40;  // 10 ms each
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    ASSERT_EQ(clients.back()->Get("/ws", kHandshake).status, 101);
  }
  ASSERT_TRUE(watch_.AwaitOpened(kClients));
  readiness_.Set(Readiness::State::kDraining);
  const absl::Time begin = absl::Now();
  std::thread drain([this] { server_->DrainClients(absl::Seconds(30)); });
  for (const auto& client : clients) {
    EXPECT_NE(client->PeekUntil("\"reconnect\":true"), "");
    client->Close();
  }
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(300));
  drain.join();
}

TEST_F(HttpDrainTest, HeldPollsAreAnswered) {
  Start();
  RawClient client(port());
  const std::string body = client.Get("/api/poll?topics=a").body;
  const size_t at = body.find("\"cursor\":\"") + 10;
  client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + body.substr(at, body.find('"', at) - at));
  ASSERT_TRUE(watch_.AwaitOpened(1));
  readiness_.Set(Readiness::State::kDraining);
  server_->BeginDrain();
  std::thread drain([this] { server_->DrainClients(absl::Seconds(30)); });
  const ClientResponse answer = client.Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Connection"), "close");
  client.Close();
  drain.join();
}

}  // namespace
}  // namespace spanwire::transport

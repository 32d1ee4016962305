// What becomes of those who come while the bridge goes away.
#include <gmock/gmock.h>

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

}  // namespace
}  // namespace spanwire::transport

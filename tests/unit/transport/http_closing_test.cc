// How long a client whose WebSocket the bridge closes may take.
#include <gmock/gmock.h>

#include "tests/unit/transport/client_frame.h"
#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;

class HttpClosingTest : public HttpServerTest {
 protected:
  void DisconnectAll() {
    Everywhere([](session::Registry& registry) {
      registry.ForEach(
          [](session::Client& client) { client.Disconnect(session::CloseCode::kDisconnectedByAdmin, "test"); });
    });
  }
};

TEST_F(HttpClosingTest, WhoDoesNotAnswerACloseIsCutWhenItsTimeIsOver) {
  config_.limits.close_answer_timeout = absl::Milliseconds(200);
  Start();
  RawClient client(port());
  ASSERT_EQ(client.Get("/ws", kHandshake).status, 101);
  ASSERT_TRUE(watch_.AwaitOpened(1));
  DisconnectAll();
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(4)));
  EXPECT_THAT(client.PeekUntil("4010"), HasSubstr("\"disconnect\""));
}

TEST_F(HttpClosingTest, WhoDoesNotTakeWhatIsQueuedIsCutWhenItsTimeIsOver) {
  config_.limits.close_flush_timeout = absl::Milliseconds(200);
  config_.limits.close_answer_timeout = absl::Minutes(5);
  config_.limits.outbound_queue_bytes = 64 * 1024 * 1024;
  Start();
  RawClient client(port(), /*receive_buffer=*/4096);
  ASSERT_EQ(client.Get("/ws", kHandshake).status, 101);
  client.Send(websocket::ClientFrame{.payload = R"({"action":"subscribe","topic":"a"})"}.Encode());
  ASSERT_NE(client.ReadUntil("\"subscription\""), "");
  // More than the kernel keeps for a reader who does not read.
  const std::string data = "{\"v\":\"" + std::string(200'000, 'x') + "\"}";
  for (int i = 0; i < 60; ++i) Publish("a", data);
  Everywhere([](session::Registry& registry) {
    registry.ForEach([](session::Client& each) { EXPECT_GT(each.Describe().queued_bytes, 0u); });
  });
  DisconnectAll();
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(10)));
}

}  // namespace
}  // namespace spanwire::transport

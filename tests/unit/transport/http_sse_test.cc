#include <algorithm>
#include <string>
#include <utility>

#include <gmock/gmock.h>

#include "tests/unit/transport/client_frame.h"
#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpSseTest : public HttpServerTest {
 protected:
  // The next event's fields without its chunk's length; comments are left out.
  static std::string NextEvent(RawClient& client) {
    std::string event;
    do {
      const std::string chunk = client.ReadUntil("\n\n\r\n");
      if (chunk.empty()) return "";
      const size_t begin = chunk.find("\r\n") + 2;
      event = chunk.substr(begin, chunk.size() - begin - 4);
    } while (event == ":");
    return event;
  }
  static std::string IdOf(const std::string& event) {
    return event.starts_with("id: ") ? event.substr(4, event.find('\n') - 4) : "";
  }
  // Opens a stream of `a` and reads up to its subscription.
  static ClientResponse Open(RawClient& client, std::string_view query = "topics=a", std::string_view headers = "") {
    const ClientResponse head = client.Get(std::string("/api/sse?").append(query), headers);
    EXPECT_THAT(NextEvent(client), HasSubstr(R"("type":"connected")"));
    EXPECT_THAT(NextEvent(client), HasSubstr(R"("type":"subscription")"));
    return head;
  }
};

TEST_F(HttpSseTest, TheStreamIsGreetedSubscribedAndPushedTo) {
  Start();
  RawClient client(port());
  const ClientResponse head = client.Get("/api/sse?topics=a,b");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.Header("Cache-Control"), "no-store");
  EXPECT_EQ(head.Header("X-Accel-Buffering"), "no");
  EXPECT_EQ(head.Header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(head.Header("Content-Length"), "");
  EXPECT_THAT(NextEvent(client), StartsWith("data: {\"type\":\"connected\""));
  for (const char* topic : {"a", "b"}) {
    EXPECT_THAT(NextEvent(client), AllOf(HasSubstr("\"subscription\""), HasSubstr(std::string("\"topic\":\"") + topic),
                                         Not(HasSubstr("recovered"))));
  }
  Publish("b", R"({"n":1})");
  const std::string event = NextEvent(client);
  EXPECT_THAT(event, HasSubstr("data: {\"type\":\"t\",\"topic\":\"b\",\"data\":{\"n\":1},\"offset\":1}"));
  EXPECT_THAT(IdOf(event), testing::EndsWith("-1"));
}

TEST_F(HttpSseTest, APostSaysTheSameAsJson) {
  Start();
  RawClient client(port());
  client.Request("POST", "/api/sse", "", R"({"topics":["a"],"events":"named"})");
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_THAT(NextEvent(client), StartsWith("event: connected\n"));
  EXPECT_THAT(NextEvent(client), HasSubstr("event: subscription\n"));
  Publish("a");
  EXPECT_THAT(NextEvent(client), HasSubstr("\nevent: t\ndata: "));
}

TEST_F(HttpSseTest, ACutStreamIsResumedByItsLastIdWhichBeatsTheCursor) {
  Start();
  std::string last;
  {
    RawClient client(port());
    Open(client);
    Publish("a", R"({"n":1})");
    last = IdOf(NextEvent(client));
  }
  EXPECT_TRUE(watch_.AwaitClosed(1));
  Publish("a", R"({"n":2})");
  Publish("a", R"({"n":3})");
  RawClient client(port());
  client.Request("GET", "/api/sse?topics=a&cursor=old-0", "Last-Event-ID: " + last + "\r\n");
  EXPECT_EQ(client.Read().status, 200);
  NextEvent(client);
  EXPECT_THAT(NextEvent(client), HasSubstr("\"recovered\":true"));
  for (int n = 2; n <= 4; ++n) {
    if (n == 4) Publish("a", R"({"n":4})");
    const std::string event = NextEvent(client);
    EXPECT_THAT(event, HasSubstr("{\"n\":" + std::to_string(n) + "}"));
    EXPECT_THAT(IdOf(event), testing::EndsWith("-" + std::to_string(n)));
  }
}

TEST_F(HttpSseTest, EveryEventOfABurstHasItsOwnId) {
  Start();
  RawClient client(port());
  Open(client);
  // Held up, the shard finds all of them in one run.
  absl::Notification go;
  fanout_->shard(0).Post([&] { go.WaitForNotification(); });
  for (int i = 0; i < 5; ++i) Publish("a");
  go.Notify();
  for (int i = 1; i <= 5; ++i) EXPECT_THAT(IdOf(NextEvent(client)), testing::EndsWith("-" + std::to_string(i)));
}

TEST_F(HttpSseTest, Http10StreamsWithoutChunks) {
  Start();
  RawClient client(port());
  client.Send("GET /api/sse?topics=a HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const ClientResponse head = client.Read();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Transfer-Encoding"), "");
  EXPECT_EQ(head.Header("Connection"), "close");
  EXPECT_THAT(client.ReadUntil("\n\n"), StartsWith("data: {\"type\":\"connected\""));
}

TEST_F(HttpSseTest, BadInputIsRefusedBeforeAStreamBegins) {
  config_.limits.topics_per_connection = 2;
  config_.allowed_origins = {"https://app.example"};
  Start();
  RawClient client(port());
  const std::pair<const char*, const char*> cases[] = {{"", "bad_request"},
                                                       {"topics=a%20b", "bad_topic"},
                                                       {"topics=a,b,c", "too_many_topics"},
                                                       {"topics=a&cursor=x", "bad_cursor"},
                                                       {"topics=a&history=x", "bad_request"},
                                                       {"topics=%zz", "bad_request"}};
  for (const auto& [query, code] : cases) {
    const ClientResponse refused = client.Get(std::string("/api/sse?") + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(refused.Header("Content-Type"), "application/problem+json");
    EXPECT_THAT(refused.body, HasSubstr(std::string(R"("code":")") + code)) << query;
  }
  EXPECT_EQ(client.Get("/api/sse?topics=a", "Last-Event-ID: x\r\n").status, 400);
  EXPECT_EQ(client.Post("/api/sse", "[]").status, 400);
  EXPECT_EQ(client.Get("/api/sse?topics=a", "Origin: https://evil.example\r\n").status, 403);
  const ClientResponse listed = client.Get("/api/sse?topics=a", "Origin: https://app.example\r\n");
  EXPECT_EQ(listed.status, 200);
  EXPECT_EQ(listed.Header("Access-Control-Allow-Origin"), "https://app.example");
}

TEST_F(HttpSseTest, AdministratorsSeeItAndMayCloseIt) {
  Start();
  RawClient client(port());
  Open(client, "topics=a", "User-Agent: page/1\r\n");
  Everywhere([](session::Registry& registry) {
    registry.ForEach([](session::Client& each) {
      const session::ClientSnapshot snapshot = each.Describe();
      EXPECT_EQ(snapshot.transport, "sse");
      EXPECT_EQ(snapshot.user_agent, "page/1");
      EXPECT_EQ(snapshot.subscriptions.size(), 1u);
      each.Disconnect(session::CloseCode::kDisconnectedByAdmin, "test");
    });
  });
  EXPECT_THAT(NextEvent(client), AllOf(HasSubstr("\"disconnect\""), HasSubstr("4010")));
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_TRUE(client.Ends());
  const observe::ShardMetrics& metrics = *metrics_.Shards().at(0);
  EXPECT_EQ(metrics.connections_opened[static_cast<size_t>(observe::Transport::kSse)].Value(), 1u);
}

TEST_F(HttpSseTest, WhoComesWhileTheBridgeDrainsIsToldWhenToComeBack) {
  Start();
  readiness_.Set(Readiness::State::kDraining);
  const ClientResponse told = GetOnce("/api/sse?topics=a");
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(told.Header("Content-Type"), "text/event-stream");
  EXPECT_EQ(told.Header("Connection"), "close");
  EXPECT_THAT(told.body, AllOf(StartsWith("retry: "), HasSubstr("\ndata: {\"type\":\"disconnect\""),
                               HasSubstr("\"code\":1012"), HasSubstr("\"after_ms\":")));
}

TEST_F(HttpSseTest, WhoComesOverTheCapIsToldWhenToComeBack) {
  config_.limits.max_connections = 1;
  Start();
  RawClient first(port());
  EXPECT_EQ(first.Get("/healthz").status, 200);
  RawClient second(port());
  const ClientResponse told = second.Get("/api/sse?topics=a");
  EXPECT_EQ(told.status, 200);
  EXPECT_THAT(told.body, AllOf(StartsWith("retry: "), HasSubstr("\"code\":1013"), HasSubstr("\"after_ms\":")));
  EXPECT_TRUE(second.Ends());
}

TEST_F(HttpSseTest, FarewellsHaveANameWhereNamesWereAskedFor) {
  config_.limits.max_connections = 1;
  Start();
  const std::string named = "\nevent: disconnect\ndata: {";
  {
    RawClient first(port());
    EXPECT_EQ(first.Get("/healthz").status, 200);
    EXPECT_THAT(GetOnce("/api/sse?topics=a&events=named").body, AllOf(HasSubstr(named), HasSubstr("1013")));
    EXPECT_THAT(RawClient(port()).Post("/api/sse", R"({"topics":["a"],"events":"named"})").body, HasSubstr(named));
    EXPECT_THAT(GetOnce("/api/sse?topics=a").body, Not(HasSubstr("event:")));
    readiness_.Set(Readiness::State::kDraining);
    EXPECT_THAT(first.Get("/api/sse?topics=a&events=named").body, AllOf(HasSubstr(named), HasSubstr("1012")));
  }
}

TEST_F(HttpSseTest, WhoTalksOnIsToldWhyTheStreamEnds) {
  Start();
  RawClient client(port());
  Open(client);
  client.Send(std::string(1024 * 1024 + 1, 'x'));
  EXPECT_THAT(NextEvent(client),
              AllOf(HasSubstr("\"disconnect\""), HasSubstr("\"code\":1008"), HasSubstr("\"reconnect\":false")));
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_TRUE(client.Ends());
}

TEST_F(HttpSseTest, ADrainTellsOpenStreams) {
  Start();
  RawClient client(port());
  Open(client);
  Everywhere([](session::Registry& registry) {
    registry.ForEach([](session::Client& each) { each.Disconnect(session::CloseCode::kRestart, "test"); });
  });
  EXPECT_THAT(NextEvent(client), AllOf(StartsWith("retry: "), HasSubstr("\"code\":1012")));
}

TEST_F(HttpSseTest, ASlowReaderIsToldSoBehindAWholeEventAndResumesWithoutLoss) {
  config_.limits.outbound_queue_bytes = 512 * 1024;
  Start();
  RawClient client(port(), /*receive_buffer=*/4096);
  Open(client);
  const std::string data = "{\"v\":\"" + std::string(100'000, 'x') + "\"}";
  uint64_t published = 0;
  const auto closed = [this] { return metrics_.Shards().at(0)->slow_consumers_closed.Value() > 0; };
  for (; published < 200 && !closed(); ++published) {
    Publish("a", data);
    Everywhere([](session::Registry&) {});  // it is handed out: history need not reach further than the queue
  }
  ASSERT_TRUE(closed());
  std::string event;
  std::string last;
  uint64_t received = 0;
  while (!(event = NextEvent(client)).empty() && event.find("\"disconnect\"") == std::string::npos) {
    ++received;
    last = IdOf(event);
    EXPECT_THAT(last, testing::EndsWith("-" + std::to_string(received)));
  }
  EXPECT_THAT(event, AllOf(HasSubstr("\"code\":4008"), Not(HasSubstr("id:"))));
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_LT(received, published);
  RawClient again(port());
  Open(again, "topics=a", "Last-Event-ID: " + last + "\r\n");
  EXPECT_THAT(IdOf(NextEvent(again)), testing::EndsWith("-" + std::to_string(received + 1)));
}

TEST_F(HttpSseTest, AStreamLivesOnHeartbeats) {
  settings_.ping_interval = absl::Milliseconds(100);
  Start();
  RawClient client(port());
  Open(client);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.ReadUntil("\n\n\r\n"), "3\r\n:\n\n\r\n");
}

TEST_F(HttpSseTest, APeerThatTakesNothingAnyMoreIsGone) {
  settings_.ping_interval = absl::Milliseconds(100);
  config_.limits.close_flush_timeout = absl::Milliseconds(100);
  config_.limits.outbound_queue_bytes = 64 * 1024 * 1024;
  Start();
  RawClient client(port(), /*receive_buffer=*/4096);
  Open(client);
  const std::string data = "{\"v\":\"" + std::string(200'000, 'x') + "\"}";
  for (int i = 0; i < 60; ++i) Publish("a", data);
  EXPECT_TRUE(watch_.AwaitClosed(1));
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(5)));
  Everywhere([this](session::Registry&) {
    const observe::ShardMetrics& metrics = *metrics_.Shards().at(0);
    const auto& codes = observe::ShardMetrics::kCloseCodes;
    const auto at = static_cast<size_t>(std::find(codes.begin(), codes.end(), 4009) - codes.begin());
    EXPECT_EQ(metrics.disconnects[at].Value(), 1u);
  });
}

TEST_F(HttpSseTest, HeartbeatsThatTheKernelHasAreNotYetTaken) {
  settings_.ping_interval = absl::Milliseconds(100);
  config_.limits.close_flush_timeout = absl::Milliseconds(100);
  config_.limits.close_answer_timeout = absl::Milliseconds(100);
  Start();
  RawClient client(port(), /*receive_buffer=*/4096);
  Open(client);
  // More than the peer's side keeps, and less than this side does: every heartbeat goes to the kernel and no further.
  Publish("a", "{\"v\":\"" + std::string(100'000, 'x') + "\"}");
  EXPECT_TRUE(watch_.AwaitClosed(1));
}

TEST_F(HttpSseTest, AClientThatLeavesIsNoticedAtOnce) {
  Start();
  {
    RawClient client(port());
    Open(client);
  }
  EXPECT_TRUE(watch_.AwaitClosed(1));
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(5)));
}

TEST_F(HttpSseTest, OneCursorGoesFromTransportToTransport) {
  Start();
  RawClient socket(port());
  ASSERT_EQ(socket.Get("/ws", kHandshake).status, 101);
  socket.Send(websocket::ClientFrame{.payload = R"({"action":"subscribe","topic":"a"})"}.Encode());
  ASSERT_NE(socket.ReadUntil("\"cursor\":\""), "");
  const std::string begin = socket.ReadUntil("\"");
  Publish("a", R"({"n":1})");
  ASSERT_NE(socket.ReadUntil("{\"n\":1}"), "");
  const std::string epoch = begin.substr(0, begin.find('-'));
  Publish("a", R"({"n":2})");
  RawClient stream(port());
  Open(stream, "topics=a&cursor=" + epoch + "-1");
  const std::string event = NextEvent(stream);
  EXPECT_THAT(event, HasSubstr("{\"n\":2}"));
  Publish("a", R"({"n":3})");
  const std::string body = GetOnce("/api/poll?topics=a&cursor=" + IdOf(event)).body;
  EXPECT_THAT(body, AllOf(HasSubstr("{\"n\":3}"), Not(HasSubstr("{\"n\":2}"))));
}

}  // namespace
}  // namespace spanwire::transport

#include "bridge/transport/http_server.h"

#include <gmock/gmock.h>

#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(HttpServerTest, HealthReadinessAndMetricsAreAnswered) {
  Start();
  EXPECT_EQ(GetOnce("/healthz").body, "ok\n");
  EXPECT_EQ(GetOnce("/readyz").status, 200);
  const ClientResponse metrics = GetOnce("/metrics");
  EXPECT_THAT(metrics.Header("Content-Type"), StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics.body, HasSubstr("# TYPE spanwire_"));
  for (const auto state : {Readiness::State::kStarting, Readiness::State::kDraining}) {
    readiness_.Set(state);
    const ClientResponse response = GetOnce("/readyz");
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.Header("Retry-After"), "");
    EXPECT_EQ(response.Header("Content-Type"), "application/problem+json");
    EXPECT_EQ(GetOnce("/healthz").status, 200);
  }
}

TEST_F(HttpServerTest, AConnectionServesOneRequestAfterAnother) {
  Start();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Get("/healthz").status, 200);
  client.Request("HEAD", "/healthz");
  const ClientResponse head = client.Read(/*to_head=*/true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Length"), "3");
  EXPECT_EQ(client.Get("/nothing").status, 404);
  EXPECT_EQ(client.Get("/healthz").status, 200);
}

TEST_F(HttpServerTest, RequestsSentAheadAreAnsweredInOrder) {
  Start();
  RawClient client(port());
  client.Send(
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\nGET /rea");
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.Read().status, 404);
  client.Send("dyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const ClientResponse last = client.Read();
  EXPECT_EQ(last.body, "ready\n");
  EXPECT_EQ(last.Header("Connection"), "close");
  EXPECT_TRUE(client.Ends());
}

TEST_F(HttpServerTest, Http10EndsUnlessItAsksToStay) {
  Start();
  RawClient once(port());
  once.Send("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(once.Read().status, 200);
  EXPECT_TRUE(once.Ends());
  RawClient again(port());
  for (int i = 0; i < 2; ++i) {
    again.Send("GET /healthz HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(again.Read().Header("Connection"), "keep-alive");
  }
}

TEST_F(HttpServerTest, WhatIsNotThereOrNotAllowedSaysSo) {
  Start();
  const ClientResponse missing = GetOnce("/api/events");
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr(R"("code":"not_found")"));
  RawClient client(port());
  client.Request("DELETE", "/api/poll");
  const ClientResponse refused = client.Read();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.Header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"method_not_allowed")"));
  client.Request("OPTIONS", "/api/poll");
  const ClientResponse options = client.Read();
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.Header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(options.Header("Content-Length"), "");
  client.Send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.Read().status, 204);
}

TEST_F(HttpServerTest, TheConsoleAndTheClientAreServed) {
  Start();
  const ClientResponse page = GetOnce("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.Header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.Header("Server"), "spanwire-bridge");
  const ClientResponse script = GetOnce("/client/spanwire.js");
  EXPECT_EQ(script.Header("Content-Type"), "text/javascript; charset=utf-8");
  RawClient client(port());
  const ClientResponse known = client.Get("/client/spanwire.js", "If-None-Match: " + script.Header("ETag") + "\r\n");
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(client.Get("/client/none.js").status, 404);
}

TEST_F(HttpServerTest, ANameThatIsNotTheBridgesIsRefusedButForProbes) {
  Start();
  for (const char* target : {"/", "/metrics", "/api/poll?topics=a", "/ws", "/nothing"}) {
    RawClient client(port());
    client.Send(std::string("GET ") + target + " HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    const ClientResponse response = client.Read();
    EXPECT_EQ(response.status, 403) << target;
    EXPECT_THAT(response.body, HasSubstr("allowed_hosts")) << target;
  }
  for (const char* target : {"/healthz", "/readyz"}) {
    RawClient client(port());
    client.Send(std::string("GET ") + target + " HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    EXPECT_EQ(client.Read().status, 200) << target;
  }
  RawClient absolute(port());
  absolute.Send("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(absolute.Read().status, 403);
}

TEST_F(HttpServerTest, ForeignPagesAreRefusedAndListedOnesAreToldTheyMay) {
  config_.allowed_origins = {"https://app.example"};
  Start();
  EXPECT_EQ(GetOnce("/api/poll?topics=a", "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(GetOnce("/api/poll?topics=a", "Origin: null\r\n").status, 403);
  EXPECT_EQ(GetOnce("/ws", std::string(kHandshake) + "Origin: https://evil.example\r\n").status, 403);
  const ClientResponse poll = GetOnce("/api/poll?topics=a", "Origin: https://app.example\r\n");
  EXPECT_EQ(poll.status, 200);
  EXPECT_EQ(poll.Header("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(poll.Header("Vary"), "Origin");
  EXPECT_EQ(poll.Header("Access-Control-Allow-Credentials"), "true") << "a cookie counts on every transport";
  const ClientResponse problem = GetOnce("/api/poll", "Origin: https://app.example\r\n");
  EXPECT_EQ(problem.status, 400);
  EXPECT_EQ(problem.Header("Access-Control-Allow-Origin"), "https://app.example");
  const ClientResponse same = GetOnce("/api/poll?topics=a", "Origin: http://localhost\r\n");
  EXPECT_EQ(same.status, 200);
  EXPECT_EQ(same.Header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(same.Header("Access-Control-Allow-Credentials"), "");
  // Who reads the first and who reads the last would not agree.
  EXPECT_EQ(GetOnce("/api/poll?topics=a", "Origin: https://app.example\r\nOrigin: https://evil.example\r\n").status,
            400);
}

TEST_F(HttpServerTest, PreflightsAreAnsweredForListedPagesOnly) {
  config_.allowed_origins = {"https://app.example"};
  Start();
  const auto preflight = [&](std::string_view origin) {
    RawClient client(port());
    client.Request("OPTIONS", "/api/poll",
                   "Origin: " + std::string(origin) +
                       "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n");
    return client.Read();
  };
  const ClientResponse allowed = preflight("https://app.example");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.Header("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_THAT(allowed.Header("Access-Control-Allow-Methods"), HasSubstr("POST"));
  EXPECT_THAT(allowed.Header("Access-Control-Allow-Headers"), HasSubstr("Content-Type"));
  EXPECT_EQ(preflight("https://evil.example").Header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(preflight("https://evil.example").Header("Access-Control-Allow-Methods"), "");
}

TEST_F(HttpServerTest, AnUpgradeBecomesAWebSocketWithWhatWasSentEarly) {
  Start();
  for (const char* path : {"/ws", "/api/ws/realtime?heartbeat=json"}) {
    RawClient client(port());
    // A masked ping (RFC 6455, section 5.5.2) right behind the head.
    client.Send(std::string("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(kHandshake) + "\r\n" +
                std::string("\x89\x80\x01\x02\x03\x04", 6));
    const ClientResponse response = client.Read();
    EXPECT_EQ(response.status, 101);
    EXPECT_EQ(response.Header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(response.Header("Connection"), "Upgrade");
    EXPECT_EQ(response.Header("Upgrade"), "websocket");
    const std::string& bytes = client.Peek(4);
    ASSERT_GE(bytes.size(), 4u);
    EXPECT_EQ(static_cast<unsigned char>(bytes[0]), 0x81);
    const size_t greeting =
        4 + static_cast<size_t>(static_cast<unsigned char>(bytes[2]) << 8 | static_cast<unsigned char>(bytes[3]));
    ASSERT_GE(client.Peek(greeting + 2).size(), greeting + 2);
    EXPECT_THAT(client.Peek(0).substr(0, greeting), HasSubstr(R"("type":"connected")"));
    EXPECT_EQ(client.Peek(0).substr(greeting), std::string("\x8A\x00", 2));
  }
  EXPECT_TRUE(watch_.AwaitClosed(2));
}

TEST_F(HttpServerTest, BadHandshakesAreRefusedAndTheConnectionStays) {
  Start();
  RawClient client(port());
  const ClientResponse plain = client.Get("/ws");
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.Header("Sec-WebSocket-Version"), "13");
  EXPECT_EQ(plain.Header("Upgrade"), "websocket");
  EXPECT_EQ(client.Get("/ws?a=%zz", kHandshake).status, 400);
  EXPECT_EQ(client.Get("/healthz").status, 200);
}

TEST_F(HttpServerTest, CloseEndsEveryConnectionAndStopAcceptingTheIdleOnes) {
  Start(2);
  RawClient idle(port());
  EXPECT_EQ(idle.Get("/healthz").status, 200);
  RawClient socket(port());
  EXPECT_EQ(socket.Get("/ws", kHandshake).status, 101);
  const std::string cursor = [&] {
    const ClientResponse first = GetOnce("/api/poll?topics=a");
    const size_t at = first.body.find("\"cursor\":\"") + 10;
    return first.body.substr(at, first.body.find('"', at) - at);
  }();
  RawClient poller(port());
  poller.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + cursor);
  ASSERT_TRUE(watch_.AwaitOpened(2));
  const uint16_t closed_port = port();
  server_->StopAccepting();
  EXPECT_TRUE(idle.Ends());
  EXPECT_FALSE(RawClient(closed_port).connected());
  Everywhere([](session::Registry&) {});  // behind the turn in which a closed connection goes
  EXPECT_EQ(server_->connections(), 2u);
  server_->Close();
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_EQ(poller.Read().status, 0);
  EXPECT_TRUE(watch_.AwaitClosed(2));
}

}  // namespace
}  // namespace spanwire::transport

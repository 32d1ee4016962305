#include <gmock/gmock.h>

#include "tests/unit/transport/http_server_fixture.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kShort = absl::Milliseconds(200);

TEST_F(HttpServerTest, FaultsAreAnsweredAndEndTheConnection) {
  Start();
  const std::pair<std::string, int> cases[] = {
      {"nonsense\r\n\r\n", 400},
      {"\x16\x03\x01", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"POST /api/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"POST /api/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n", 413},
      {"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", 431},
  };
  for (const auto& [bytes, status] : cases) {
    RawClient client(port());
    client.Send(bytes);
    const ClientResponse response = client.Read();
    EXPECT_EQ(response.status, status) << bytes;
    EXPECT_EQ(response.Header("Content-Type"), "application/problem+json");
    EXPECT_EQ(response.Header("Connection"), "close");
    EXPECT_TRUE(client.Ends()) << bytes;
  }
}

TEST_F(HttpServerTest, ListedPagesMayReadTheAnswersToFaultsToo) {
  config_.allowed_origins = {"https://app.example"};
  config_.limits.handshake_timeout = kShort;
  Start();
  const std::string head = " HTTP/1.1\r\nHost: localhost\r\n";
  const std::string origin = "Origin: https://app.example\r\n";
  const std::pair<std::string, int> cases[] = {
      {"POST /api/poll" + head + origin + "Content-Length: 65537\r\n\r\n", 413},
      {"POST /api/poll" + head + origin + "Content-Length: 9\r\n\r\n{", 408},
      {"GET /" + std::string(9000, 'x') + head + origin + "\r\n", 414},
      {"GET /" + head + origin + "X: " + std::string(9000, 'x') + "\r\n\r\n", 431},
      {"GET /" + head + "X: " + std::string(9000, 'x') + "\r\n" + origin + "\r\n", 431},
  };
  for (const auto& [bytes, status] : cases) {
    RawClient client(port());
    client.Send(bytes);
    const ClientResponse response = client.Read();
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.Header("Access-Control-Allow-Origin"), "https://app.example") << status;
    EXPECT_EQ(response.Header("Vary"), "Origin") << status;
  }
  RawClient foreign(port());
  foreign.Send("POST /api/poll" + head + "Origin: https://evil.example\r\nContent-Length: 65537\r\n\r\n");
  EXPECT_EQ(foreign.Read().Header("Access-Control-Allow-Origin"), "");
}

TEST_F(HttpServerTest, RequestsOverTheRateOfOneConnectionAreRefusedAndFarTooManyEndIt) {
  config_.limits.client_messages_per_second = 1e-9;  // none in this test
  config_.limits.client_message_burst = 3;
  config_.allowed_origins = {"https://app.example"};
  Start();
  RawClient client(port());
  std::vector<int> answers;
  for (int i = 0; i < 9; ++i) {
    const ClientResponse response = client.Get("/api/poll?topics=a", "Origin: https://app.example\r\n");
    answers.push_back(response.status);
    EXPECT_EQ(response.Header("Access-Control-Allow-Origin"), "https://app.example");
    if (response.status != 429) continue;
    EXPECT_NE(response.Header("Retry-After"), "");
    EXPECT_THAT(response.body, HasSubstr(R"("code":"rate_limited")"));
    EXPECT_EQ(response.Header("Connection"), i == 8 ? "close" : "");
  }
  EXPECT_THAT(answers, testing::ElementsAre(200, 200, 200, 429, 429, 429, 429, 429, 429));
  EXPECT_TRUE(client.Ends());
  EXPECT_EQ(metrics_.Shards().at(0)->messages_refused.Value(), 6u);
  EXPECT_EQ(GetOnce("/api/poll?topics=a").status, 200) << "another connection has a rate of its own";
}

TEST_F(HttpServerTest, APollThatBringsEventsIsNotCounted) {
  config_.limits.client_messages_per_second = 0.001;
  config_.limits.client_message_burst = 3;
  Start();
  Publish("a");
  RawClient client(port());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client.Get("/api/poll?topics=a&history=1").status, 200) << i;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Get("/api/poll?topics=b").status, 200) << i;
  EXPECT_EQ(client.Get("/api/poll?topics=b").status, 429);
}

TEST_F(HttpServerTest, TheAnswerToAHugeBodyIsNotLostInAReset) {
  Start();
  RawClient client(port());
  client.Send("POST /api/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n" +
              std::string(500'000, 'x'));
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(HttpServerTest, BodiesUpToTheLimitAreTaken) {
  Start();
  RawClient client(port());
  std::string body = R"({"topics":["a"]})";
  body.resize(config_.limits.request_body_bytes, ' ');
  EXPECT_EQ(client.Post("/api/poll", body).status, 200);
  body.push_back(' ');
  EXPECT_EQ(client.Post("/api/poll", body).status, 413);
}

TEST_F(HttpServerTest, WhoAsksBeforeSendingABodyIsTold) {
  Start();
  RawClient client(port());
  const std::string body = R"({"topics":["a"]})";
  client.Send("POST /api/poll HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send(body);
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(HttpServerTest, ASlowRequestTimesOutWithAnAnswer) {
  config_.limits.handshake_timeout = kShort;
  Start();
  for (const char* part : {"G", "GET / HTTP/1.1\r\nHost: localhost\r\n",
                           "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
                           "POST /api/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"}) {
    RawClient client(port());
    client.Send(part);
    EXPECT_EQ(client.Read().status, 408) << part;
    EXPECT_TRUE(client.Ends()) << part;
  }
}

TEST_F(HttpServerTest, AConnectionThatSaysNothingEnds) {
  config_.limits.handshake_timeout = kShort;
  Start();
  EXPECT_TRUE(RawClient(port()).Ends());
}

TEST_F(HttpServerTest, AnIdleConnectionEndsButNotBetweenQuickRequests) {
  config_.limits.handshake_timeout = absl::Seconds(30);
  config_.limits.http_idle_timeout = kShort;
  Start();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Get("/healthz").status, 200);
  EXPECT_TRUE(client.Ends());
}

TEST_F(HttpServerTest, WhoDoesNotTakeTheAnswersIsClosed) {
  config_.limits.http_write_timeout = kShort;
  config_.limits.client_message_burst = 1e6;
  config_.limits.handshake_timeout = config_.limits.http_idle_timeout = absl::Minutes(5);
  Start();
  RawClient client(port(), /*receive_buffer=*/4096);
  const std::string request = "GET /client/spanwire.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.Send(request);
  const size_t answer_bytes = client.Read().body.size();
  // More answers than the kernel keeps for a reader who does not read, asked for in one piece that the server takes.
  std::string requests;
  for (size_t bytes = 0; bytes < 16'000'000; bytes += answer_bytes) requests += request;
  client.Send(requests);
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(10)));
}

TEST_F(HttpServerTest, OverTheCapConnectionsAreToldSoAndOthersGoOn) {
  config_.limits.max_connections = 2;
  Start();
  RawClient first(port());
  EXPECT_EQ(first.Get("/healthz").status, 200);
  RawClient second(port());
  EXPECT_EQ(second.Get("/healthz").status, 200);
  for (int i = 0; i < 3; ++i) {
    RawClient third(port());
    third.Request("GET", i == 0 ? "/ws" : "/client/spanwire.js",
                  i == 0 ? "Upgrade: websocket\r\nConnection: Upgrade\r\n" : "");
    const ClientResponse refused = third.Read();
    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(refused.Header("Retry-After"), "");
    EXPECT_THAT(refused.body, HasSubstr(R"("code":"overloaded")"));
    EXPECT_TRUE(third.Ends());
  }
  EXPECT_EQ(first.Get("/healthz").status, 200);
  second.Send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(second.Read().status, 200);
  EXPECT_TRUE(second.Ends());
  second.Close();
  // The place is free when the server has seen the goodbye, which takes a turn of its loop.
  bool served = false;
  for (int i = 0; i < 1000 && !served; ++i) served = GetOnce("/client/spanwire.js").status == 200;
  EXPECT_TRUE(served);
}

}  // namespace
}  // namespace spanwire::transport

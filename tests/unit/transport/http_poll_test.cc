#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/unit/transport/http_server_fixture.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HttpPollTest : public HttpServerTest {
 protected:
  static std::string CursorOf(const ClientResponse& response) {
    const size_t at = response.body.find("\"cursor\":\"") + 10;
    return response.body.substr(at, response.body.find('"', at) - at);
  }
  std::string Cursor() { return CursorOf(GetOnce("/api/poll?topics=a")); }
};

TEST_F(HttpPollTest, WithoutACursorItAnswersAtOnceWithTheCurrentOne) {
  Start();
  Publish("a");
  const ClientResponse response = GetOnce("/api/poll?topics=a");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Content-Type"), "application/json");
  EXPECT_EQ(response.Header("Cache-Control"), "no-store");
  EXPECT_THAT(response.body, HasSubstr(R"({"messages":[],"cursor":")"));
  EXPECT_THAT(CursorOf(response), testing::EndsWith("-1"));
}

TEST_F(HttpPollTest, WhatIsThereIsAnsweredAtOnceByGetAndPost) {
  Start();
  const std::string cursor = Cursor();
  Publish("a", R"({"n":1})");
  Publish("b:1", R"({"n":2})");
  RawClient client(port());
  for (const ClientResponse& response :
       {client.Get("/api/poll?topics=a%2Cb%3A1&cursor=" + cursor),
        client.Get("/api/poll?topics=a&topics=b:1&wait=60&cursor=" + cursor),
        client.Post("/api/poll", R"({"topics":["a","b:1"],"cursor":")" + cursor + "\"}")}) {
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr(R"("data":{"n":1})"));
    EXPECT_THAT(response.body, HasSubstr(R"("data":{"n":2})"));
    EXPECT_THAT(response.body, HasSubstr(R"("topics":{"a":{"recovered":true},"b:1":{"recovered":true}})"));
  }
}

TEST_F(HttpPollTest, AHeldPollIsWokenByAPublish) {
  Start();
  const std::string cursor = Cursor();
  RawClient client(port());
  client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + cursor);
  ASSERT_TRUE(watch_.AwaitOpened(1));
  Publish("a", R"({"n":7})");
  const ClientResponse response = client.Read();
  EXPECT_THAT(response.body, HasSubstr(R"("data":{"n":7})"));
  EXPECT_TRUE(watch_.AwaitClosed(1));
  EXPECT_EQ(client.Get("/healthz").status, 200);  // the connection goes on
}

TEST_F(HttpPollTest, ManyPollsWithTheSameCursorAreAllAnswered) {
  constexpr int kPollers = 50;
  Start(2);
  const std::string cursor = Cursor();
  std::vector<std::unique_ptr<RawClient>> pollers;
  for (int i = 0; i < kPollers; ++i) {
    pollers.push_back(std::make_unique<RawClient>(port()));
    pollers.back()->Request("GET", "/api/poll?topics=a&wait=60&cursor=" + cursor);
  }
  ASSERT_TRUE(watch_.AwaitOpened(kPollers));
  Publish("a", R"({"n":7})");
  for (const auto& poller : pollers) EXPECT_THAT(poller->Read().body, HasSubstr(R"("data":{"n":7})"));
  // One who comes late with it is answered too.
  EXPECT_THAT(GetOnce("/api/poll?topics=a&wait=60&cursor=" + cursor).body, HasSubstr(R"("data":{"n":7})"));
}

TEST_F(HttpPollTest, AWakeUpGathersWhatComesSoonAfter) {
  config_.limits.poll_gather = absl::Milliseconds(50);
  Start();
  const std::string cursor = Cursor();
  RawClient client(port());
  client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + cursor);
  ASSERT_TRUE(watch_.AwaitOpened(1));
  const absl::Time begin = absl::Now();
  Publish("a", R"({"n":1})");
  Publish("a", R"({"n":2})");
  const bool soon = absl::Now() - begin < absl::Milliseconds(40);
  const std::string body = client.Read().body;
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(50));
  EXPECT_THAT(body, HasSubstr(R"("data":{"n":1})"));
  if (!soon) GTEST_SKIP() << "this machine stood still";
  EXPECT_THAT(body, HasSubstr(R"("data":{"n":2})"));
}

TEST_F(HttpPollTest, AHeldPollEndsEmptyWhenItsWaitIsOver) {
  Start();
  const std::string cursor = Cursor();
  const ClientResponse response = GetOnce("/api/poll?topics=a&wait=0.2&cursor=" + cursor);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"({"messages":[],"cursor":")" + cursor));
}

TEST_F(HttpPollTest, APollOutlivesTheTimeoutsOfRequests) {
  config_.limits.handshake_timeout = config_.limits.http_idle_timeout = absl::Milliseconds(100);
  Start();
  EXPECT_EQ(GetOnce("/api/poll?topics=a&wait=0.5&cursor=" + Cursor()).status, 200);
}

TEST_F(HttpPollTest, APollerWhoVanishesIsNoticedAtOnce) {
  Start();
  const std::string cursor = Cursor();
  {
    RawClient client(port());
    client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + cursor);
    ASSERT_TRUE(watch_.AwaitOpened(1));
  }
  EXPECT_TRUE(watch_.AwaitClosed(1));
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(5)));
  Everywhere([](session::Registry& registry) { EXPECT_EQ(registry.size(), 0u); });
}

TEST_F(HttpPollTest, ARequestSentDuringAPollIsAnsweredAfterIt) {
  Start();
  RawClient client(port());
  client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + Cursor());
  ASSERT_TRUE(watch_.AwaitOpened(1));
  client.Request("GET", "/healthz");
  Publish("a");
  EXPECT_THAT(client.Read().body, HasSubstr("\"messages\":[{"));
  EXPECT_EQ(client.Read().body, "ok\n");
}

TEST_F(HttpPollTest, APollerWhoSendsFarAheadIsNotReadAnyFurtherButEndsLikeOthers) {
  Start();
  RawClient client(port());
  client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + Cursor());
  ASSERT_TRUE(watch_.AwaitOpened(1));
  for (int i = 0; i < 1000; ++i) client.Request("GET", "/healthz");
  Publish("a");
  EXPECT_EQ(client.Read().status, 200);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.Read().body, "ok\n") << i;
  client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + Cursor());
  ASSERT_TRUE(watch_.AwaitOpened(2));
  for (int i = 0; i < 1000; ++i) client.Request("GET", "/healthz");
  server_->Close();
  EXPECT_EQ(client.Read().status, 0);
  EXPECT_TRUE(watch_.AwaitClosed(2));
}

TEST_F(HttpPollTest, AnAdministratorOrADrainEndsAPollWithAnAnswer) {
  Start();
  RawClient client(port());
  client.Request("GET", "/api/poll?topics=a&wait=60&cursor=" + Cursor());
  ASSERT_TRUE(watch_.AwaitOpened(1));
  server_->StopAccepting();
  Everywhere([](session::Registry& registry) {
    registry.ForEach([](session::Client& each) { each.Disconnect(session::CloseCode::kRestart, "drain"); });
  });
  const ClientResponse response = client.Read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Connection"), "close");
  EXPECT_TRUE(client.Ends());
}

TEST_F(HttpPollTest, HeadAsksWithoutWaiting) {
  Start();
  RawClient client(port());
  client.Request("HEAD", "/api/poll?topics=a&wait=60&cursor=" + Cursor());
  const ClientResponse response = client.Read(/*to_head=*/true);
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.Header("Content-Length"), "0");
  EXPECT_EQ(client.Get("/healthz").body, "ok\n");
}

TEST_F(HttpPollTest, BadInputIsRefusedAndTheConnectionStays) {
  config_.limits.topics_per_connection = 3;
  Start();
  RawClient client(port());
  const struct {
    const char* query;
    const char* code;
  } urls[] = {
      {"", "bad_request"},
      {"topics=", "bad_request"},
      {"topics=a,,b", "bad_topic"},
      {"topics=a%20b", "bad_topic"},
      {"topics=$bridge", "bad_topic"},
      {"topics=a%", "bad_request"},
      {"topics=a,b,c,d", "too_many_topics"},
      {"topics=a&cursor=", "bad_cursor"},
      {"topics=a&cursor=x", "bad_cursor"},
      {"topics=a&cursor=x-99999999999999999", "bad_cursor"},
      {"topics=a&wait=-1", "bad_request"},
      {"topics=a&wait=soon", "bad_request"},
      {"topics=a&history=-1", "bad_request"},
  };
  for (const auto& test : urls) {
    const ClientResponse response = client.Get(std::string("/api/poll?") + test.query);
    EXPECT_EQ(response.status, 400) << test.query;
    EXPECT_EQ(response.Header("Content-Type"), "application/problem+json") << test.query;
    EXPECT_THAT(response.body, HasSubstr(std::string(R"("code":")") + test.code)) << test.query;
  }
  for (const char* body : {"{", "[]", R"({"topics":5})", R"({"topics":["a"],"wait":"1"})"}) {
    EXPECT_EQ(client.Post("/api/poll", body).status, 400) << body;
  }
  EXPECT_EQ(client.Get("/api/poll?topics=a,b,c").status, 200);
  Everywhere([](session::Registry& registry) { EXPECT_EQ(registry.size(), 0u); });
}

TEST_F(HttpPollTest, ABrokerThatCannotAnswerIsAnOverload) {
  Start();
  broker_.Stop();
  const ClientResponse response = GetOnce("/api/poll?topics=a");
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.Header("Retry-After"), "");
  EXPECT_THAT(response.body, HasSubstr(R"("code":"overloaded")"));
}

TEST_F(HttpPollTest, PollsAreCounted) {
  Start();
  EXPECT_EQ(GetOnce("/api/poll?topics=a").status, 200);
  EXPECT_EQ(GetOnce("/api/poll").status, 400);
  Everywhere([this](session::Registry&) {
    const observe::ShardMetrics& shard = *metrics_.Shards().at(0);
    EXPECT_EQ(shard.polls.Value(), 1u);
    EXPECT_EQ(shard.connections[static_cast<size_t>(observe::Transport::kPoll)].Value(), 0);
    EXPECT_EQ(shard.http_requests[1].Value(), 1u);
    EXPECT_EQ(shard.http_requests[3].Value(), 1u);
  });
}

}  // namespace
}  // namespace spanwire::transport

#include "bridge/transport/http_message.h"

#include <gtest/gtest.h>

#include "bridge/transport/http_response_head.h"
#include "bridge/transport/problem.h"
#include "bridge/transport/user_agents.h"

namespace spanwire::transport {
namespace {

TEST(HttpMessageTest, TargetsAreTakenApart) {
  const struct {
    const char* target;
    const char* host;
    const char* path;
    const char* query;
  } cases[] = {
      {"/", "", "/", ""},
      {"/a/b?c=d?e", "", "/a/b", "c=d?e"},
      {"/?", "", "/", ""},
      {"//x", "", "//x", ""},
      {"http://h.example:8/a?b", "h.example:8", "/a", "b"},
      {"HTTP://h.example", "h.example", "/", ""},
      {"https://h.example?q=1", "h.example", "/", "q=1"},
  };
  for (const auto& test : cases) {
    HttpRequest request;
    ASSERT_TRUE(ParseTarget(test.target, &request)) << test.target;
    EXPECT_EQ(request.host, test.host) << test.target;
    EXPECT_EQ(request.path, test.path) << test.target;
    EXPECT_EQ(request.query, test.query) << test.target;
  }
  for (const char* target : {"", "*", "a", "h.example:443", "http://", "http:///a", "ftp://h.example/", "?a"}) {
    HttpRequest request;
    EXPECT_FALSE(ParseTarget(target, &request)) << target;
  }
  HttpRequest options{.method = HttpMethod::kOptions};
  EXPECT_TRUE(ParseTarget("*", &options));
}

TEST(HttpMessageTest, ListsAreSearchedWithoutRegardToCaseAndSpace) {
  EXPECT_TRUE(ListHas("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(ListHas("UPGRADE", "upgrade"));
  EXPECT_TRUE(ListHas(" ,,\tupgrade\t", "upgrade"));
  EXPECT_FALSE(ListHas("upgraded", "upgrade"));
  EXPECT_FALSE(ListHas("", "upgrade"));
  EXPECT_FALSE(ListHas("up, grade", "upgrade"));
}

TEST(HttpMessageTest, HeadersOfOneNameAreOneList) {
  HttpRequest request;
  request.headers = {{"Connection", "keep-alive"}, {"Host", "a"}, {"connection", "Upgrade"}};
  EXPECT_EQ(request.Header("CONNECTION"), "keep-alive");
  EXPECT_EQ(request.HeaderList("Connection"), "keep-alive, Upgrade");
  EXPECT_EQ(request.Header("Origin"), "");
}

TEST(HttpMessageTest, AProblemSaysWhatAndWhatToDo) {
  const HttpResponse response = ProblemResponse({.status = 503, .code = "overloaded", .detail = "full: \"later\"\n"});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body,
            R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":"full: \"later\"\n",)"
            R"("code":"overloaded"})");
  const std::string head = WriteResponseHead(response, 1, absl::UnixEpoch());
  EXPECT_NE(head.find("Content-Type: application/problem+json\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Retry-After: "), std::string::npos) << head;
  EXPECT_NE(head.find("Cache-Control: no-store\r\n"), std::string::npos) << head;
}

TEST(HttpMessageTest, AHeadHasWhatEveryAnswerHas) {
  HttpResponse response{.headers = {{"X-A", "b"}}, .body = "12345"};
  EXPECT_EQ(WriteResponseHead(response, 1, absl::UnixEpoch()),
            "HTTP/1.1 200 OK\r\nServer: spanwire-bridge\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-A: b\r\n"
            "X-Content-Type-Options: nosniff\r\nContent-Length: 5\r\n\r\n");
  EXPECT_NE(WriteResponseHead(response, 0, absl::UnixEpoch()).find("Connection: keep-alive\r\n"), std::string::npos);
  response.close = true;
  EXPECT_NE(WriteResponseHead(response, 1, absl::UnixEpoch()).find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpMessageTest, StatusesWithoutABodyHaveNoLength) {
  for (const int status : {101, 204, 304}) {
    const HttpResponse response{.status = status, .body = "x"};
    EXPECT_EQ(WriteResponseHead(response, 1, absl::UnixEpoch()).find("Content-Length"), std::string::npos) << status;
    EXPECT_FALSE(HasBody(response, HttpMethod::kGet)) << status;
  }
  EXPECT_FALSE(HasBody({.body = "x"}, HttpMethod::kHead));
  EXPECT_TRUE(HasBody({.body = "x"}, HttpMethod::kGet));
}

TEST(UserAgentsTest, TextsAreSharedAndFitToShow) {
  UserAgents agents;
  const auto first = agents.Intern("Browser/1");
  EXPECT_EQ(*agents.Intern(std::string(10'000, 'x')), std::string(UserAgents::kMaxBytes, 'x'));
  EXPECT_EQ(*agents.Intern("a\xff"), "(not UTF-8)");
  for (int i = 0; i < 10'000; ++i) agents.Intern(std::to_string(i));
  EXPECT_EQ(agents.Intern("Browser/1"), first);
}

}  // namespace
}  // namespace spanwire::transport

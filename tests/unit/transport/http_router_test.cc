#include "bridge/transport/router.h"

#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

TEST(RouterTest, EveryPathOfTheProtocolHasItsEndpoint) {
  const struct {
    HttpMethod method;
    const char* path;
    Endpoint endpoint;
  } cases[] = {
      {HttpMethod::kGet, "/healthz", Endpoint::kHealth},
      {HttpMethod::kHead, "/healthz", Endpoint::kHealth},
      {HttpMethod::kGet, "/readyz", Endpoint::kReadiness},
      {HttpMethod::kGet, "/metrics", Endpoint::kMetrics},
      {HttpMethod::kGet, "/api/poll", Endpoint::kPoll},
      {HttpMethod::kPost, "/api/poll", Endpoint::kPoll},
      {HttpMethod::kHead, "/api/poll", Endpoint::kPoll},
      {HttpMethod::kGet, "/api/ws/realtime", Endpoint::kWebSocket},
      {HttpMethod::kGet, "/ws", Endpoint::kWebSocket},
      {HttpMethod::kGet, "/", Endpoint::kFile},
      {HttpMethod::kGet, "/favicon.ico", Endpoint::kFile},
      {HttpMethod::kGet, "/console/console.js", Endpoint::kFile},
      {HttpMethod::kGet, "/client/spanwire.js", Endpoint::kFile},
      {HttpMethod::kGet, "/integrations/react.js", Endpoint::kFile},
      {HttpMethod::kOptions, "/api/poll", Endpoint::kOptions},
      {HttpMethod::kOptions, "*", Endpoint::kOptions},
      {HttpMethod::kPost, "/healthz", Endpoint::kMethodNotAllowed},
      {HttpMethod::kPost, "/", Endpoint::kMethodNotAllowed},
      {HttpMethod::kPost, "/ws", Endpoint::kMethodNotAllowed},
      {HttpMethod::kHead, "/ws", Endpoint::kMethodNotAllowed},
      {HttpMethod::kOther, "/api/poll", Endpoint::kMethodNotAllowed},
      {HttpMethod::kGet, "/api/sse", Endpoint::kSse},
      {HttpMethod::kPost, "/api/sse", Endpoint::kSse},
      {HttpMethod::kHead, "/api/sse", Endpoint::kMethodNotAllowed},
      {HttpMethod::kGet, "/api/poll/", Endpoint::kNotFound},
      {HttpMethod::kGet, "/API/poll", Endpoint::kNotFound},
      {HttpMethod::kGet, "/console", Endpoint::kNotFound},
      {HttpMethod::kGet, "//", Endpoint::kNotFound},
      {HttpMethod::kGet, "", Endpoint::kNotFound},
      {HttpMethod::kOther, "/nothing", Endpoint::kNotFound},
      {HttpMethod::kOptions, "/nothing", Endpoint::kNotFound},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(FindRoute(test.method, test.path).endpoint, test.endpoint)
        << static_cast<int>(test.method) << " " << test.path;
  }
}

TEST(RouterTest, WhatIsNotAllowedSaysWhatIs) {
  EXPECT_EQ(FindRoute(HttpMethod::kOther, "/api/poll").allow, "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(FindRoute(HttpMethod::kPost, "/ws").allow, "GET, OPTIONS");
  EXPECT_EQ(FindRoute(HttpMethod::kPost, "/metrics").allow, "GET, HEAD, OPTIONS");
}

}  // namespace
}  // namespace spanwire::transport

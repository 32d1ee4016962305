#include "bridge/transport/websocket_upgrade.h"

#include <functional>

#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

// The handshake of RFC 6455, section 1.3.
HttpRequest Handshake() {
  HttpRequest request{.path = "/ws"};
  request.headers = {{"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                     {"Sec-WebSocket-Version", "13"}};
  return request;
}

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const HttpHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

TEST(WebSocketUpgradeTest, TheExampleOfTheRfcIsAccepted) {
  EXPECT_FALSE(RefuseUpgrade(Handshake()).has_value());
  const HttpResponse response = AcceptUpgrade(Handshake());
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(HeaderOf(response, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(HeaderOf(response, "Upgrade"), "websocket");
  EXPECT_EQ(HeaderOf(response, "Sec-WebSocket-Protocol"), "");
  EXPECT_EQ(HeaderOf(response, "Sec-WebSocket-Extensions"), "");
}

TEST(WebSocketUpgradeTest, HeadersAreListsInAnyCase) {
  HttpRequest request = Handshake();
  request.headers[0].value = "h2c, WebSocket";
  request.headers[1].value = "keep-alive, UPGRADE";
  EXPECT_FALSE(RefuseUpgrade(request).has_value());
}

TEST(WebSocketUpgradeTest, EveryFlawIsRefused) {
  const struct {
    const char* name;
    std::function<void(HttpRequest&)> spoil;
    int status;
  } cases[] = {
      {"HTTP/1.0", [](HttpRequest& r) { r.minor_version = 0; }, 400},
      {"no Upgrade", [](HttpRequest& r) { r.headers.erase(r.headers.begin()); }, 426},
      {"other Upgrade", [](HttpRequest& r) { r.headers[0].value = "h2c"; }, 426},
      {"no Connection", [](HttpRequest& r) { r.headers.erase(r.headers.begin() + 1); }, 426},
      {"other Connection", [](HttpRequest& r) { r.headers[1].value = "close"; }, 426},
      {"no version", [](HttpRequest& r) { r.headers.pop_back(); }, 426},
      {"old version", [](HttpRequest& r) { r.headers[3].value = "8"; }, 426},
      {"no key", [](HttpRequest& r) { r.headers.erase(r.headers.begin() + 2); }, 400},
      {"short key", [](HttpRequest& r) { r.headers[2].value = "dGhlIHNhbXBsZQ=="; }, 400},
      {"long key", [](HttpRequest& r) { r.headers[2].value = "dGhlIHNhbXBsZSBub25jZWU="; }, 400},
      {"no base64", [](HttpRequest& r) { r.headers[2].value = "dGhlIHNhbXBsZSBub25j!Q=="; }, 400},
      {"two keys", [](HttpRequest& r) { r.headers.push_back(r.headers[2]); }, 400},
      {"a body", [](HttpRequest& r) { r.body = "x"; }, 400},
  };
  for (const auto& test : cases) {
    HttpRequest request = Handshake();
    test.spoil(request);
    const std::optional<HttpResponse> refusal = RefuseUpgrade(request);
    ASSERT_TRUE(refusal.has_value()) << test.name;
    EXPECT_EQ(refusal->status, test.status) << test.name;
    EXPECT_EQ(HeaderOf(*refusal, "Sec-WebSocket-Version"), test.status == 426 ? "13" : "") << test.name;
  }
}

}  // namespace
}  // namespace spanwire::transport

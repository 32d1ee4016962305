#include "bridge/transport/request_token.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

using Source = RequestToken::Source;

struct Case {
  const char* name;
  std::vector<HttpHeader> headers;
  std::string query;
  Source source;
  std::string text;
};

HttpRequest RequestOf(std::vector<HttpHeader> headers, std::string query) {
  HttpRequest request{.path = "/ws", .query = std::move(query)};
  request.headers = std::move(headers);
  return request;
}

TEST(RequestToken, IsFoundWhereItMayStand) {
  const Case cases[] = {
      {"nothing", {}, "", Source::kNone, ""},
      {"header", {{"Authorization", "Bearer t"}}, "", Source::kHeader, "t"},
      {"header in any case", {{"authorization", "bEARER  t "}}, "", Source::kHeader, "t"},
      {"an empty one", {{"Authorization", "Bearer "}}, "", Source::kNone, ""},
      {"another scheme", {{"Authorization", "Basic dTpw"}}, "", Source::kNone, ""},
      {"another scheme beside",
       {{"Authorization", "Basic x"}, {"Authorization", "Bearer t"}},
       "",
       Source::kHeader,
       "t"},
      {"a scheme that only begins so", {{"Authorization", "Bearers t"}}, "", Source::kNone, ""},
      {"query", {}, "topics=a&token=t", Source::kQuery, "t"},
      {"query, escaped", {}, "token=a%2eb", Source::kQuery, "a.b"},
      {"query, empty", {}, "token=", Source::kQuery, ""},
      {"cookie", {{"Cookie", "spanwire_token=t"}}, "", Source::kCookie, "t"},
      {"cookie among others", {{"Cookie", "a=b; spanwire_token=t; c=d"}}, "", Source::kCookie, "t"},
      {"a name that only ends so", {{"Cookie", "x_spanwire_token=t"}}, "", Source::kNone, ""},
      {"a name that only begins so", {{"Cookie", "spanwire_token2=t"}}, "", Source::kNone, ""},
      {"cookies without end", {{"Cookie", ";;;=;spanwire_token"}}, "", Source::kNone, ""},
      {"header before query", {{"Authorization", "Bearer h"}}, "token=q", Source::kHeader, "h"},
      {"query before cookie", {{"Cookie", "spanwire_token=c"}}, "token=q", Source::kQuery, "q"},
  };
  for (const Case& each : cases) {
    const auto found = FindToken(RequestOf(each.headers, each.query), "spanwire_token");
    ASSERT_TRUE(found.ok()) << each.name << ": " << found.status();
    EXPECT_EQ(found->source, each.source) << each.name;
    EXPECT_EQ(found->text, each.text) << each.name;
  }
}

TEST(RequestToken, TwoInOnePlaceAreRefusedWithoutRepeatingThem) {
  const std::pair<std::vector<HttpHeader>, std::string> cases[] = {
      {{{"Authorization", "Bearer abc"}, {"Authorization", "Bearer def"}}, ""},
      {{}, "token=abc&token=def"},
      {{{"Cookie", "spanwire_token=abc; spanwire_token=def"}}, ""},
      {{{"Cookie", "spanwire_token=abc"}, {"Cookie", "spanwire_token=def"}}, ""},
      {{}, "token=abc%"},
  };
  for (const auto& [headers, query] : cases) {
    const auto found = FindToken(RequestOf(headers, query), "spanwire_token");
    EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(found.status().message()).find("abc"), std::string::npos);
  }
}

TEST(RequestToken, WithoutANameThereIsNoCookie) {
  EXPECT_EQ(FindToken(RequestOf({{"Cookie", "=t; spanwire_token=t"}}, ""), "")->source, Source::kNone);
}

TEST(RequestToken, ACookieNeedsAnOriginOrTheBrowsersWordThatThePageIsOurs) {
  EXPECT_FALSE(SaysWhereItIsFrom(RequestOf({}, "")));
  EXPECT_TRUE(SaysWhereItIsFrom(RequestOf({{"Origin", "https://a.example"}}, "")));
  EXPECT_TRUE(SaysWhereItIsFrom(RequestOf({{"Sec-Fetch-Site", "same-origin"}}, "")));
  for (const char* site : {"same-site", "cross-site", "none", ""}) {
    EXPECT_FALSE(SaysWhereItIsFrom(RequestOf({{"Sec-Fetch-Site", site}}, ""))) << site;
  }
}

}  // namespace
}  // namespace spanwire::transport

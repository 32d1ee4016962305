#include "bridge/transport/http_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

std::string Shown(std::string_view query) {
  const absl::StatusOr<std::vector<QueryParameter>> parameters = ParseQuery(query);
  if (!parameters.ok()) return "bad";
  std::string shown;
  for (const QueryParameter& parameter : *parameters) shown += "[" + parameter.name + "|" + parameter.value + "]";
  return shown;
}

TEST(HttpQueryTest, ReadsWhatBrowsersWrite) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"a=1", "[a|1]"},
      {"a=1&b=2&a=3", "[a|1][b|2][a|3]"},
      {"a", "[a|]"},
      {"a=", "[a|]"},
      {"=1", "[|1]"},
      {"a=1&&b=2&", "[a|1][b|2]"},
      {"a=b=c", "[a|b=c]"},
      {"topics=a%2Cb%3A1", "[topics|a,b:1]"},
      {"%74opics=x+y", "[topics|x y]"},
      {"a=%e2%82%AC", "[a|\xE2\x82\xAC]"},
      {"a=%2B%25%26", "[a|+%&]"},
  };
  for (const auto& [query, shown] : cases) EXPECT_EQ(Shown(query), shown) << query;
}

TEST(HttpQueryTest, BrokenEscapesAndBrokenUtf8AreRefused) {
  for (const char* query : {"a=%", "a=%4", "a=%zz", "a=%4g", "%=1", "a=1&b=%-1", "a=% 1", "a=%+1", "a=%0x41&b=%x4",
                            "a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=\xff"}) {
    EXPECT_EQ(Shown(query), "bad") << query;
  }
}

TEST(HttpQueryTest, SaysWhereTheEscapeIsBroken) {
  EXPECT_THAT(std::string(ParseQuery("a=1&b=%zz").status().message()), ::testing::HasSubstr("byte 6"));
}

}  // namespace
}  // namespace spanwire::transport

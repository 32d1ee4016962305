#include "bridge/auth/strict_json.h"

#include <string>

#include "gtest/gtest.h"

namespace spanwire::auth {
namespace {

TEST(StrictJson, ReadsAnObject) {
  const auto object = ParseStrictObject(R"( {"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]} )");
  ASSERT_TRUE(object.ok());
  EXPECT_EQ(object->at("a").as_int64(), 1);
}

TEST(StrictJson, RefusesMembersOfOneName) {
  for (const char* text : {R"({"a":1,"a":1})", R"({"a":1,"b":2,"\u0061":3})", R"({"x":{"a":1,"a":2}})",
                           R"({"x":[1,{"a":1,"a":2}]})", R"({"":1,"":2})", R"({"a\u0000b":1,"a\u0000b":2})"}) {
    EXPECT_EQ(ParseStrictObject(text).status().message(), "has two members of one name") << text;
  }
}

TEST(StrictJson, LongNamesAreComparedWhole) {
  const std::string name(5000, 'n');
  EXPECT_TRUE(ParseStrictObject("{\"" + name + "a\":1,\"" + name + "b\":2}").ok());
  EXPECT_FALSE(ParseStrictObject("{\"" + name + "a\":1,\"" + name + "a\":2}").ok());
}

TEST(StrictJson, RefusesWhatIsNoJsonObject) {
  for (const char* text : {"", " ", "null", "[]", "1", "\"a\"", "{", "{}{}", "{} x", "{a:1}", "{\"a\":1,}", "{'a':1}",
                           "{\"a\":\"\xff\"}", "{\"a\":01}", "{\"a\":NaN}", "/**/{}"}) {
    EXPECT_FALSE(ParseStrictObject(text).ok()) << text;
  }
}

TEST(StrictJson, EndsAtSixteenLevels) {
  const auto nested = [](size_t levels) {
    return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_TRUE(ParseStrictObject(nested(16)).ok());
  EXPECT_FALSE(ParseStrictObject(nested(17)).ok());
  EXPECT_FALSE(ParseStrictObject(nested(100'000)).ok());
}

}  // namespace
}  // namespace spanwire::auth

#include "bridge/model/json_member.h"

#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

TEST(JsonMemberTest, GivesTheTextOfTheValue) {
  constexpr std::string_view kObject =
      R"({ "a" : 1, "b":"x\\\"y", "c":{"b":[1,"]}"]},"d":[{"e":null}] ,"e":true,"f":-1.5e3 })";
  EXPECT_EQ(FindJsonMember(kObject, "a"), "1");
  EXPECT_EQ(FindJsonMember(kObject, "b"), R"("x\\\"y")");
  EXPECT_EQ(FindJsonMember(kObject, "c"), R"({"b":[1,"]}"]})");
  EXPECT_EQ(FindJsonMember(kObject, "d"), R"([{"e":null}])");
  EXPECT_EQ(FindJsonMember(kObject, "e"), "true");
  EXPECT_EQ(FindJsonMember(kObject, "f"), "-1.5e3");
}

TEST(JsonMemberTest, MembersOfInnerObjectsDoNotCount) {
  EXPECT_EQ(FindJsonMember(R"({"data":{"key":1}})", "key"), std::nullopt);
  EXPECT_EQ(FindJsonMember(R"({"name":"key","key":2})", "key"), "2");
}

TEST(JsonMemberTest, WhatIsNoObjectHasNoMembers) {
  for (const std::string_view text : {"", " ", "[]", "1", "{", "{}", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"",
                                      "{\"a\":[", "{\"a\":}", "{\"b\":1 \"a\":2}", "{\"a\":\"\\", "{1:2}"}) {
    EXPECT_EQ(FindJsonMember(text, "a"), std::nullopt) << text;
  }
}

// Every prefix of a text ends the scan, and with a part of that text.
TEST(JsonMemberTest, ACutTextIsNoDanger) {
  constexpr std::string_view kObject = R"({"x":[{"y":"\\"}],"a":{"z":["\u0041"]},"b":1})";
  for (size_t length = 0; length <= kObject.size(); ++length) {
    const auto found = FindJsonMember(kObject.substr(0, length), "a");
    EXPECT_EQ(found.value_or(R"({"z":["\u0041"]})"), R"({"z":["\u0041"]})");
  }
}

}  // namespace
}  // namespace spanwire::model

#include "bridge/schema/compact_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/schema/nesting.h"

namespace spanwire::schema {
namespace {

using testing::HasSubstr;

std::string Compact(std::string_view text) {
  std::string out;
  const absl::Status status = AppendCompactJson(text, &out);
  return status.ok() ? out : "error: " + std::string(status.message());
}

bool IsRefused(std::string_view text) {
  std::string out;
  return AppendCompactJson(text, &out).code() == absl::StatusCode::kInvalidArgument;
}

std::string Nested(int arrays) {
  return "{\"a\":" + std::string(static_cast<size_t>(arrays), '[') + std::string(static_cast<size_t>(arrays), ']') +
         "}";
}

TEST(CompactJson, WhiteSpaceBetweenTokensGoes) {
  EXPECT_EQ(Compact(" { \"a\" : [ 1 , 2 ] ,\r\n\t\"b\" : { } , \"c\" : [ ] } "), R"({"a":[1,2],"b":{},"c":[]})");
  EXPECT_EQ(Compact("{}"), "{}");
}

TEST(CompactJson, NumbersStayAsTheyAreWritten) {
  const std::string text =
      R"({"n":[0,-0,1.50,1e400,-1E+05,12345678901234567890123,0.1000000000000000055511151231257827,9007199254740993]})";
  EXPECT_EQ(Compact(text), text);
}

TEST(CompactJson, LiteralsStay) {
  EXPECT_EQ(Compact(R"({"t":true,"f":false,"n":null,"l":[null,true,false]})"),
            R"({"t":true,"f":false,"n":null,"l":[null,true,false]})");
}

TEST(CompactJson, StringsKeepWhatTheySayWithTheFewestEscapes) {
  EXPECT_EQ(Compact(R"({"a b":" x  y "})"), R"({"a b":" x  y "})");
  EXPECT_EQ(Compact(R"({"\u0041":"\/\u00fc\ud83d\ude00\"\\\n\u0000"})"), "{\"A\":\"/ü😀\\\"\\\\\\n\\u0000\"}");
  EXPECT_EQ(Compact(R"({"":"{[:,"})"), R"({"":"{[:,"})");
}

TEST(CompactJson, LongStringsStayWhole) {
  const std::string text = "{\"" + std::string(5000, 'k') + "\":\"" + std::string(100000, 'v') + "\"}";
  EXPECT_EQ(Compact(text), text);
}

TEST(CompactJson, MembersKeepTheirOrderEvenWhereKeysRepeat) {
  EXPECT_EQ(Compact(R"({"b":1,"a":2,"b":3})"), R"({"b":1,"a":2,"b":3})");
}

TEST(CompactJson, OnlyAnObjectIsTaken) {
  for (const char* text : {"", "  ", "[]", "1", "null", "\"{}\"", "tru"}) EXPECT_TRUE(IsRefused(text)) << text;
}

TEST(CompactJson, WhatIsNotJsonIsRefused) {
  for (const char* text : {"{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":.5}",
                           "{\"a\":1.}", "{\"a\":+1}", "{\"a\":NaN}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{} {}",
                           "{}x", "{\"a\":1 /* */}", "\xef\xbb\xbf{}", "{\"a\":[1,2}"}) {
    EXPECT_TRUE(IsRefused(text)) << text;
  }
}

TEST(CompactJson, TextThatIsNoUtf8IsRefused) {
  for (const char* text : {"{\"a\":\"\xff\"}", "{\"\xc0\xaf\":1}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\\udc00x\"}"}) {
    EXPECT_TRUE(IsRefused(text)) << text;
  }
}

TEST(CompactJson, NestingIsBounded) {
  EXPECT_EQ(Compact(Nested(kMaxNesting - 1)), Nested(kMaxNesting - 1));
  const char* const too_deep = "error: the payload nests deeper than 100 levels: flatten it";
  EXPECT_EQ(Compact(Nested(kMaxNesting)), too_deep);
  EXPECT_EQ(Compact("{\"a\":" + std::string(100000, '[')), too_deep);
}

TEST(CompactJson, TheErrorNamesTheByte) {
  EXPECT_THAT(Compact(R"({"a":1,})"), HasSubstr("at byte 7"));
}

}  // namespace
}  // namespace spanwire::schema

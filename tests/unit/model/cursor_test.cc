#include "bridge/model/cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

TEST(Cursor, WhatIsFormattedParsesBack) {
  const Cursor cursor{.epoch = "a1B2", .offset = 42};
  EXPECT_EQ(FormatCursor(cursor), "a1B2-42");
  EXPECT_EQ(*ParseCursor("a1B2-42"), cursor);
  EXPECT_EQ(ParseCursor(FormatCursor("e", kMaxOffset))->offset, kMaxOffset);
}

TEST(Cursor, AnythingElseIsRefusedWithASentence) {
  for (const char* text : {"", "-", "a", "a-", "-1", "a--1", "a-+1", "a- 1", "a-1 ", "a-1x", "ä-1", "a_b-1",
                           "12345678901234567-1", "a-9007199254740992", "a-18446744073709551616", "a-1-2"}) {
    EXPECT_EQ(ParseCursor(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Cursor, RandomEpochsAreValidAndDiffer) {
  const std::string a = RandomEpoch();
  const std::string b = RandomEpoch();
  EXPECT_TRUE(ParseCursor(a + "-0").ok());
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace spanwire::model

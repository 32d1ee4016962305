#include "bridge/schema/parsed_message.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/schema/nesting.h"
#include "every_kind.pb.h"
#include "old_style.pb.h"

namespace spanwire::schema {
namespace {

using testing::HasSubstr;

std::string LargeMessage() {
  test::Lists lists;
  for (int i = 0; i < 1000; ++i) lists.add_string_values(std::string(50, 'x'));
  return lists.SerializeAsString();
}

TEST(ParsedMessage, HoldsWhatTheBytesSay) {
  test::Scalars scalars;
  scalars.set_string_value("text");
  const auto parsed = ParsedMessage::Parse(test::Scalars::default_instance(), scalars.SerializeAsString());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ((**parsed).SerializeAsString(), scalars.SerializeAsString());
}

TEST(ParsedMessage, WrongBytesAndMissingFieldsAreRefused) {
  EXPECT_FALSE(ParsedMessage::Parse(test::Scalars::default_instance(), "\x72\x05hi").ok());
  EXPECT_FALSE(ParsedMessage::Parse(test::OldStyle::default_instance(), "").ok());
}

TEST(ParsedMessage, WhatIsWrongWithTheBytesIsNamed) {
  const auto fault = [](const google::protobuf::Message& prototype, const std::string& bytes) {
    return std::string(ParsedMessage::Parse(prototype, bytes).status().message());
  };
  EXPECT_THAT(fault(test::Scalars::default_instance(), "\x72\x05hi"),
              HasSubstr("no message of type spanwire.test.Scalars"));
  EXPECT_THAT(fault(test::Scalars::default_instance(), "\x72\x02\xFF\xFE"),
              HasSubstr("spanwire.test.Scalars.string_value is not valid UTF-8"));
  test::EveryKind message;
  test::EveryKind* innermost = &message;
  for (int i = 0; i < kMaxMessageNesting; ++i) innermost = innermost->mutable_child();
  EXPECT_TRUE(ParsedMessage::Parse(message, message.SerializeAsString()).ok());
  innermost->mutable_child();
  EXPECT_THAT(fault(message, message.SerializeAsString()), HasSubstr("nests deeper than 100 levels"));
}

// An arena that was not emptied would put the next message elsewhere, and grow for ever.
TEST(ParsedMessage, TheNextMessageStandsWhereTheLastOneStood) {
  const std::string bytes = LargeMessage();
  const void* place = nullptr;
  for (int i = 0; i < 3; ++i) {
    const auto parsed = ParsedMessage::Parse(test::Lists::default_instance(), bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    const void* here = &**parsed;
    if (place != nullptr) {
      EXPECT_EQ(here, place);
    }
    place = here;
  }
}

TEST(ParsedMessage, ARefusedMessageGivesItsMemoryBack) {
  const void* place = &**ParsedMessage::Parse(test::Scalars::default_instance(), "");
  EXPECT_FALSE(ParsedMessage::Parse(test::Scalars::default_instance(), "\x72\x05hi").ok());
  EXPECT_EQ(&**ParsedMessage::Parse(test::Scalars::default_instance(), ""), place);
}

TEST(ParsedMessage, MovesWithItsMessage) {
  auto first = *ParsedMessage::Parse(test::Lists::default_instance(), LargeMessage());
  const ParsedMessage second = std::move(first);
  EXPECT_EQ((*second).SerializeAsString(), LargeMessage());
}

}  // namespace
}  // namespace spanwire::schema

#include "bridge/model/topic_name.h"

#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

TEST(TopicName, AllowedBytesAndLengths) {
  EXPECT_TRUE(ValidateTopic("stats").ok());
  EXPECT_TRUE(ValidateTopic("gift-list:family-123").ok());
  EXPECT_TRUE(ValidateTopic("A.z_0:/~-").ok());
  EXPECT_TRUE(ValidateTopic(std::string(255, 'a')).ok());
  EXPECT_FALSE(ValidateTopic(std::string(256, 'a')).ok());
  for (const char* bad : {"", "$bridge", "a b", "a,b", "ä", "a\n", "a*", "a\"b"}) {
    EXPECT_FALSE(ValidateTopic(bad).ok()) << bad;
  }
}

TEST(EventType, ControlTypesAreRefused) {
  EXPECT_TRUE(ValidateEventType("stats_update").ok());
  EXPECT_TRUE(ValidateEventType(std::string(128, 't')).ok());
  EXPECT_FALSE(ValidateEventType(std::string(129, 't')).ok());
  EXPECT_FALSE(ValidateEventType("a~b").ok());
  for (const char* control :
       {"connected", "subscription", "unsubscription", "pong", "ping", "batch", "error", "disconnect"}) {
    EXPECT_FALSE(ValidateEventType(control).ok()) << control;
  }
}

TEST(TopicValue, EveryOtherByteIsEscaped) {
  EXPECT_EQ(EncodeTopicValue("Az0._-"), "Az0._-");
  EXPECT_EQ(EncodeTopicValue("a:b/c~d e"), "a~3ab~2fc~7ed~20e");
  EXPECT_EQ(EncodeTopicValue("\xc3\xa4"), "~c3~a4");
}

TEST(TopicPattern, ExactOrPrefix) {
  EXPECT_TRUE(TopicMatches("stats", "stats"));
  EXPECT_FALSE(TopicMatches("stats", "stats2"));
  EXPECT_TRUE(TopicMatches("stats*", "stats2"));
  EXPECT_TRUE(TopicMatches("*", "anything"));
  EXPECT_TRUE(ValidateTopicPattern("*").ok());
  EXPECT_TRUE(ValidateTopicPattern("a:*").ok());
  EXPECT_FALSE(ValidateTopicPattern("a*b").ok());
  EXPECT_FALSE(ValidateTopicPattern("").ok());
}

}  // namespace
}  // namespace spanwire::model

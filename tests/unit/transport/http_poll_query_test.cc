#include "bridge/transport/poll_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PollQueryTest, UrlAndBodySayTheSame) {
  const auto url = ParsePollUrl("topics=stats,logs%3Aweb&cursor=ab12-42&wait=2.5&history=7&x=1");
  const auto body =
      ParsePollBody(R"({"topics":["stats","logs:web"],"cursor":"ab12-42","wait":2.5,"history":7,"x":{}})");
  for (const auto* query : {&url, &body}) {
    ASSERT_TRUE(query->ok()) << query->status();
    EXPECT_THAT((*query)->topics, ElementsAre("stats", "logs:web"));
    EXPECT_EQ((*query)->cursor, "ab12-42");
    EXPECT_EQ((*query)->wait, absl::Milliseconds(2500));
    EXPECT_EQ((*query)->history, 7u);
  }
}

TEST(PollQueryTest, DefaultsAreTheProtocols) {
  const auto url = ParsePollUrl("topics=a");
  const auto body = ParsePollBody(R"({"topics":"a","cursor":null,"wait":null})");
  for (const auto* query : {&url, &body}) {
    ASSERT_TRUE(query->ok()) << query->status();
    EXPECT_THAT((*query)->topics, ElementsAre("a"));
    EXPECT_EQ((*query)->cursor, std::nullopt);
    EXPECT_EQ((*query)->wait, absl::Seconds(25));
    EXPECT_EQ((*query)->history, 0u);
  }
}

TEST(PollQueryTest, TopicsMayBeRepeatedAndEmptyOnesAreKeptForARefusal) {
  EXPECT_THAT(ParsePollUrl("topics=a&topics=b,c")->topics, ElementsAre("a", "b", "c"));
  EXPECT_THAT(ParsePollUrl("topics=a,,b")->topics, ElementsAre("a", "", "b"));
  EXPECT_THAT(ParsePollUrl("topics=a,")->topics, ElementsAre("a", ""));
  EXPECT_THAT(ParsePollUrl("topics=")->topics, IsEmpty());
  EXPECT_THAT(ParsePollUrl("")->topics, IsEmpty());
  EXPECT_THAT(ParsePollBody(R"({"topics":"a,b"})")->topics, ElementsAre("a", "b"));
  EXPECT_THAT(ParsePollBody(R"({"topics":["a,b"]})")->topics, ElementsAre("a,b"));
}

TEST(PollQueryTest, WaitIsCappedAtSixtySeconds) {
  for (const char* wait : {"60", "60.5", "1000000", "1e300"}) {
    EXPECT_EQ(ParsePollUrl(std::string("topics=a&wait=") + wait)->wait, absl::Seconds(60)) << wait;
    EXPECT_EQ(ParsePollBody(std::string(R"({"wait":)") + wait + "}")->wait, absl::Seconds(60)) << wait;
  }
  EXPECT_EQ(ParsePollUrl("wait=0")->wait, absl::ZeroDuration());
  EXPECT_EQ(ParsePollUrl("wait=0.25")->wait, absl::Milliseconds(250));
}

TEST(PollQueryTest, HistoryBeyondEveryLimitMeansAsMuchAsThereIs) {
  EXPECT_EQ(ParsePollUrl("history=4294967296")->history, UINT32_MAX);
  EXPECT_EQ(ParsePollBody(R"({"history":18446744073709551615})")->history, UINT32_MAX);
  EXPECT_EQ(ParsePollBody(R"({"history":5.0})")->history, 5u);
}

TEST(PollQueryTest, BadUrlsAreRefused) {
  for (const char* query :
       {"wait=", "wait=abc", "wait=-1", "wait=-0.001", "wait=nan", "wait=inf", "wait=1s", "wait=0x10", "wait=+1",
        "wait=1e999", "history=", "history=-1", "history=1.5", "history=x", "history=18446744073709551616", "topics=%",
        "cursor=a-1&cursor=a-2", "wait=1&wait=1", "history=1&history=2"}) {
    EXPECT_EQ(ParsePollUrl(query).status().code(), absl::StatusCode::kInvalidArgument) << query;
  }
}

TEST(PollQueryTest, BadBodiesAreRefused) {
  for (const char* body : {"",
                           " ",
                           "null",
                           "[]",
                           "\"topics\"",
                           "{",
                           "{}x",
                           R"({"topics":1})",
                           R"({"topics":[1]})",
                           R"({"topics":{}})",
                           R"({"topics":["a",null]})",
                           R"({"cursor":1})",
                           R"({"cursor":["a"]})",
                           R"({"wait":"1"})",
                           R"({"wait":-1})",
                           R"({"wait":-0.5})",
                           R"({"wait":true})",
                           R"({"wait":[]})",
                           R"({"history":-1})",
                           R"({"history":1.5})",
                           R"({"history":"1"})",
                           R"({"history":1e30})",
                           "{\"topics\":\"\xff\"}",
                           R"({"x":[[[[[[[[[[]]]]]]]]]]})"}) {
    EXPECT_EQ(ParsePollBody(body).status().code(), absl::StatusCode::kInvalidArgument) << body;
  }
}

}  // namespace
}  // namespace spanwire::transport

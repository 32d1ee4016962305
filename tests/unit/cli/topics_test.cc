#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class TopicsTest : public CliTest {
 protected:
  TopicsTest() {
    v1::Topic topic;
    topic.set_name("stats");
    topic.set_subscribers(3);
    topic.set_history_events(10);
    topic.set_history_bytes(2048);
    topic.set_first_offset(33);
    topic.set_last_offset(42);
    topic.set_lost_through(32);
    topic.set_epoch("7k3x");
    topic.set_published_events(42);
    *topic.mutable_last_event_at() = Ago(absl::Seconds(5));
    topic.mutable_history_policy()->set_max_events(1000);
    topic.mutable_history_policy()->set_max_bytes(4 << 20);
    topic.mutable_history_policy()->mutable_max_age()->set_seconds(300);
    bridge_.admin.topics = {topic};
  }
};

TEST_F(TopicsTest, ListPrintsAnAlignedTable) {
  const Outcome outcome = Run({"topics", "list", "st*", "--tenant", "acme"});
  EXPECT_EQ(outcome.out,
            "TOPIC  TENANT  SUBSCRIBERS  EVENTS  HISTORY  OFFSET  LAST-EVENT\n"
            "stats  -       3            10      2.0KiB   42      5s\n");
  EXPECT_EQ(bridge_.admin.topics_request.pattern(), "st*");
  EXPECT_EQ(bridge_.admin.topics_request.tenant_id(), "acme");
}

TEST_F(TopicsTest, WideListAddsPositions) {
  const Outcome outcome = Run({"topics", "list", "-o", "wide"});
  EXPECT_THAT(outcome.out, HasSubstr("FIRST  LOST-THROUGH  PUBLISHED  EPOCH\n"));
  EXPECT_THAT(outcome.out, HasSubstr("33     32            42         7k3x\n"));
}

TEST_F(TopicsTest, ListAsJsonParses) {
  const boost::json::value document = boost::json::parse(Run({"topics", "list", "-o", "json"}).out);
  EXPECT_EQ(document.at("topics").at(0).at("last_offset"), "42");
  EXPECT_EQ(document.at("total_size"), 1);
}

TEST_F(TopicsTest, NoTopicsIsToldOnStderr) {
  bridge_.admin.topics.clear();
  EXPECT_EQ(Run({"topics", "list"}).err, "No topics.\n");
}

TEST_F(TopicsTest, ShowTellsFromWhereClientsCanResume) {
  const Outcome outcome = Run({"topics", "show", "stats"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("History:      10 events, 2.0KiB, offsets 33 to 42\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Kept:         at most 1000 events, 4.0MiB, 5m00s\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Recoverable:  from 7k3x-32\n"));
}

TEST_F(TopicsTest, ShowTellsHowEventsAreHandedOut) {
  v1::DeliveryPolicy& policy = *bridge_.admin.topics[0].mutable_delivery_policy();
  policy.set_pattern("st*");
  const std::string plain = Run({"topics", "show", "stats"}).out;
  EXPECT_THAT(plain, HasSubstr("Policy:       st*\n"));
  EXPECT_THAT(plain, Not(HasSubstr("Handed out")));
  policy.mutable_throttle_window()->set_nanos(250'000'000);
  policy.set_throttle_max_batch(50);
  policy.set_conflate("symbol");
  policy.set_slow_latest(true);
  const std::string throttled = Run({"topics", "show", "stats"}).out;
  EXPECT_THAT(throttled, HasSubstr("Handed out:    at most 50 events every 250ms, the newest of each symbol\n"));
  EXPECT_THAT(throttled, HasSubstr("Slow clients:  keep the newest\n"));
}

TEST_F(TopicsTest, AnUnknownTopicExitsWith3) {
  const Outcome outcome = Run({"topics", "show", "nope"});
  EXPECT_EQ(outcome.code, ExitCode::kNotFound);
  EXPECT_THAT(outcome.err, HasSubstr("(TOPIC_NOT_FOUND)"));
}

class TopicHistoryTest : public TopicsTest {
 protected:
  TopicHistoryTest() {
    for (uint64_t offset = 33; offset < 43; ++offset) {
      v1::StoredEvent event;
      event.set_offset(offset);
      event.set_type("stats_update");
      event.set_memory_bytes(512);
      event.set_json_bytes(211);
      *event.mutable_accepted_at() = Ago(absl::Seconds(100 - offset));
      bridge_.admin.stored.push_back(event);
    }
  }
};

TEST_F(TopicHistoryTest, EventsArePrintedOldestFirstAndTheTotalsOnStderr) {
  const Outcome outcome = Run({"topics", "history", "stats", "--tenant", "acme", "--limit", "2", "--after", "7"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out,
            "OFFSET  AGE    TYPE          BYTES\n"
            "33      1m07s  stats_update  512\n"
            "34      1m06s  stats_update  512\n");
  EXPECT_EQ(outcome.err,
            "stats holds 10 events, 2.0KiB, offsets 33 to 42.\n"
            "Lost through offset 32.\n"
            "2 of 10 shown; go on with --after 34.\n");
  EXPECT_EQ(bridge_.admin.history_request.topic(), "stats");
  EXPECT_EQ(bridge_.admin.history_request.tenant_id(), "acme");
  EXPECT_EQ(bridge_.admin.history_request.after_offset(), 7u);
  EXPECT_EQ(bridge_.admin.history_request.page_size(), 2);
}

TEST_F(TopicHistoryTest, WideAddsTheBytesThatClientsGet) {
  EXPECT_THAT(Run({"topics", "history", "stats", "-o", "wide"}).out,
              HasSubstr("42      58s    stats_update  512    211\n"));
}

TEST_F(TopicHistoryTest, AsJsonIsTheAnswerWithTheTopic) {
  const boost::json::value document = boost::json::parse(Run({"topics", "history", "stats", "-o", "json"}).out);
  EXPECT_EQ(document.at("events").as_array().size(), 10u);
  EXPECT_EQ(document.at("events").at(0).at("offset"), "33");
  EXPECT_EQ(document.at("topic").at("lost_through"), "32");
  EXPECT_EQ(document.at("head_offset"), "99");
  EXPECT_EQ(document.at("total_size"), 10);
}

TEST_F(TopicHistoryTest, AnEmptyHistoryIsToldOnStderr) {
  bridge_.admin.stored.clear();
  v1::Topic subscribed;
  subscribed.set_name("quiet");
  subscribed.set_subscribers(1);
  bridge_.admin.topics = {subscribed};
  const Outcome outcome = Run({"topics", "history", "quiet"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "quiet holds no events.\n");
}

TEST_F(TopicHistoryTest, AnUnknownTopicExitsWith3AsShowDoes) {
  bridge_.admin.stored.clear();
  bridge_.admin.topics.clear();
  for (const char* format : {"table", "json"}) {
    const Outcome outcome = Run({"topics", "history", "nope", "-o", format});
    EXPECT_EQ(outcome.code, ExitCode::kNotFound);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr("the topic has neither history nor subscribers (TOPIC_NOT_FOUND)"));
  }
}

TEST_F(TopicHistoryTest, WhatTheBridgeRefusesIsWrongUse) {
  bridge_.admin.refusal = Refusal(grpc::StatusCode::INVALID_ARGUMENT, "topic has a bad byte", "BAD_TOPIC");
  const Outcome outcome = Run({"topics", "history", "a b"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("cannot show the history of a b"));
}

TEST_F(TopicsTest, ATopicMayHaveACommandsName) {
  EXPECT_THAT(Run({"topics", "show", "list"}).err, HasSubstr("cannot show topic list"));
  EXPECT_EQ(Run({"topics", "show", "stats", "-o", "json"}).code, ExitCode::kOk);
}

}  // namespace
}  // namespace spanwire::cli

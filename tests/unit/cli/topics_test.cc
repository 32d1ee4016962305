#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;

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

TEST_F(TopicsTest, AnUnknownTopicExitsWith3) {
  const Outcome outcome = Run({"topics", "show", "nope"});
  EXPECT_EQ(outcome.code, ExitCode::kNotFound);
  EXPECT_THAT(outcome.err, HasSubstr("(TOPIC_NOT_FOUND)"));
}

TEST_F(TopicsTest, ATopicMayHaveACommandsName) {
  EXPECT_THAT(Run({"topics", "show", "list"}).err, HasSubstr("cannot show topic list"));
  EXPECT_EQ(Run({"topics", "show", "stats", "-o", "json"}).code, ExitCode::kOk);
}

}  // namespace
}  // namespace spanwire::cli

#include <sstream>

#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "cli/root.h"
#include "cli/tail/json_extents.h"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"
#include "tests/unit/cli/interrupting_output.h"

namespace spanwire::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kSubscription[] =
    R"({"type":"subscription","topic":"stats","timestamp":"2026-01-15T14:05:00.000Z","data":{"cursor":"7k3x-41"}})";

std::string EventJson(int offset, const std::string& data = R"({"cpu":45.20})") {
  return R"({"type":"stats_update","topic":"stats","timestamp":"2026-01-15T14:05:00.123Z","data":)" + data +
         R"(,"offset":)" + std::to_string(offset) + "}";
}

class TailTest : public CliTest {
 protected:
  void Send(const std::vector<std::string>& envelopes) {
    for (const std::string& envelope : envelopes) {
      bridge_.admin.tail.messages.emplace_back().set_envelope_json(envelope);
    }
  }
};

TEST_F(TailTest, PrintsEventsOnStdoutAndControlMessagesOnStderr) {
  Send({kSubscription, EventJson(42), EventJson(43)});
  const Outcome outcome = Run({"tail", "stats", "--count", "2"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out,
            "TIME          TOPIC  OFFSET  TYPE          DATA\n"
            "14:05:00.123  stats  42      stats_update  {\"cpu\":45.20}\n"
            "14:05:00.123  stats  43      stats_update  {\"cpu\":45.20}\n");
  EXPECT_EQ(outcome.err, "stats: following after 7k3x-41\n");
}

TEST_F(TailTest, CountStopsAfterThatManyEvents) {
  Send({EventJson(42)});
  bridge_.admin.tail.repeat = true;
  std::istringstream lines(Run({"tail", "stats", "--count", "3", "-o", "json"}).out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_EQ(line, EventJson(42));
  EXPECT_EQ(count, 3);
}

TEST_F(TailTest, JsonHoldsControlMessagesOnlyWhenAskedFor) {
  Send({kSubscription, EventJson(42)});
  EXPECT_EQ(Run({"tail", "stats", "--count", "1", "-o", "json"}).out, EventJson(42) + "\n");
  EXPECT_EQ(Run({"tail", "stats", "--count", "1", "-o", "json", "--control"}).out,
            std::string(kSubscription) + "\n" + EventJson(42) + "\n");
}

TEST_F(TailTest, ABatchIsItsEvents) {
  Send({R"({"type":"batch","topic":"stats","timestamp":"t","data":{"messages":[)" + EventJson(42) + ", " +
        EventJson(43, R"({"a":"],}\""})") + R"(],"count":2,"dropped":0}})"});
  EXPECT_EQ(Run({"tail", "stats", "--count", "2", "-o", "json"}).out,
            EventJson(42) + "\n" + EventJson(43, R"({"a":"],}\""})") + "\n");
}

TEST_F(TailTest, ABatchIsCutAtTheCount) {
  Send({R"({"type":"batch","topic":"stats","timestamp":"t","data":{"messages":[)" + EventJson(42) + "," +
        EventJson(43) + R"(],"count":2,"dropped":0}})"});
  EXPECT_EQ(Run({"tail", "stats", "--count", "1", "-o", "json"}).out, EventJson(42) + "\n");
}

TEST_F(TailTest, EventsNamedBatchByAPublisherWouldStillBeEvents) {
  Send({R"({"type":"batch","topic":"stats","timestamp":"t","data":{},"offset":42})"});
  EXPECT_THAT(Run({"tail", "stats", "--count", "1"}).out, HasSubstr("42      batch"));
}

TEST_F(TailTest, EntityEventsShowTheirKind) {
  Send({R"({"type":"order","topic":"stats","timestamp":"x","data":{"entity_id":"1"},"event":"ADDED","offset":1})"});
  EXPECT_THAT(Run({"tail", "stats", "--count", "1"}).out,
              HasSubstr("x             stats  1       order ADDED   {\"ent"));
}

TEST_F(TailTest, LossIsTold) {
  Send({R"({"type":"subscription","topic":"stats","timestamp":"t","data":{"cursor":"new-7","recovered":false}})",
        EventJson(8)});
  EXPECT_EQ(Run({"tail", "stats", "--since", "old-3", "--count", "1"}).err,
            "stats: events after --since are lost; following after new-7\n");
}

TEST_F(TailTest, ErrorsOfATopicAreTold) {
  Send({R"({"type":"error","topic":"a","timestamp":"t","data":{"code":"bad_topic","message":"a is no topic"}})"});
  bridge_.admin.tail.hold = false;
  EXPECT_THAT(Run({"tail", "a"}).err, HasSubstr("a: a is no topic (bad_topic)\n"));
}

TEST_F(TailTest, DataCannotSteerTheTerminal) {
  Send({EventJson(42,
                  "{\"a\":\"\xc2\x9b"
                  "2J\xE2\x80\xAE\"}")});
  for (const char* format : {"table", "json"}) {
    const std::string out = Run({"tail", "stats", "--count", "1", "-o", format}).out;
    EXPECT_THAT(out, HasSubstr("\\u009b2J\\u202e")) << format;
  }
}

TEST_F(TailTest, AnEnvelopeThatIsNoJsonIsToldAndPassedOver) {
  Send({"nonsense \x1b", EventJson(42)});
  const Outcome outcome = Run({"tail", "stats", "--count", "1"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.err, HasSubstr("cannot read an event"));
  EXPECT_THAT(outcome.out, HasSubstr("stats_update"));
}

TEST_F(TailTest, OptionsReachTheBridge) {
  Send({EventJson(42)});
  Run({"tail", "a", "stats", "--tenant", "acme", "--since", "7k3x-41", "--count", "1"});
  EXPECT_THAT(bridge_.admin.tail_request.topics(), ElementsAre("a", "stats"));
  EXPECT_EQ(bridge_.admin.tail_request.tenant_id(), "acme");
  EXPECT_EQ(bridge_.admin.tail_request.since(), "7k3x-41");
  Run({"tail", "a", "--history", "9", "--count", "1"});
  EXPECT_EQ(bridge_.admin.tail_request.history(), 9u);
}

TEST_F(TailTest, AnEndBeforeTheCountIsAFailure) {
  Send({EventJson(42)});
  bridge_.admin.tail.hold = false;
  const Outcome outcome = Run({"tail", "stats", "--count", "2"});
  EXPECT_EQ(outcome.code, ExitCode::kFailure);
  EXPECT_EQ(outcome.err, "The bridge ended the stream.\n");
  EXPECT_EQ(Run({"tail", "stats"}).code, ExitCode::kOk);
}

TEST_F(TailTest, AnErrorInTheMiddleKeepsWhatWasPrinted) {
  Send({EventJson(42)});
  bridge_.admin.tail.hold = false;
  bridge_.admin.tail.end = Refusal(grpc::StatusCode::UNAVAILABLE, "the bridge stops", "STOPPING", 2);
  const Outcome outcome = Run({"tail", "stats"});
  EXPECT_EQ(outcome.code, ExitCode::kUnavailable);
  EXPECT_THAT(outcome.out, HasSubstr("stats_update"));
  EXPECT_EQ(outcome.err, "error: cannot tail topics: the bridge stops (STOPPING)\nTry again in 2s.\n");
}

class InterruptTest : public TailTest {
 protected:
  ExitCode RunUntilInterrupted(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--server", bridge_.address()});
    std::istringstream in;
    std::ostringstream err;
    InterruptingOutput output("stats_update");
    std::ostream out(&output);
    Streams streams{in, out, err};
    const ExitCode code = RunCommandLine(std::move(arguments), streams, clock_);
    EXPECT_TRUE(output.raised());
    EXPECT_THAT(err.str(), IsEmpty());
    return code;
  }
};

TEST_F(InterruptTest, CtrlCIsHowATailEnds) {
  Send({EventJson(42)});
  EXPECT_EQ(RunUntilInterrupted({"tail", "stats"}), ExitCode::kOk);
}

TEST_F(InterruptTest, CtrlCBeforeTheCountIsToldToTheShell) {
  Send({EventJson(42)});
  EXPECT_EQ(RunUntilInterrupted({"tail", "stats", "--count", "5"}), ExitCode::kInterrupted);
}

TEST(JsonExtentsTest, GivesTheExactTextOfMembers) {
  std::vector<std::string> seen;
  for (const auto& [name, value] :
       tail::JsonExtents(R"( { "a" : 1.50e3 , "b\"":"x,}\\" ,"c":[{},[1]],"d":{ "e":[]}} )")) {
    seen.push_back(std::string(name) + "=" + std::string(value));
  }
  EXPECT_THAT(seen, ElementsAre("a=1.50e3", R"(b\"="x,}\\")", "c=[{},[1]]", R"(d={ "e":[]})"));
}

TEST(JsonExtentsTest, OfNothingIsNothing) {
  for (const char* json : {"", " ", "{}", "[]", " { } "}) EXPECT_THAT(tail::JsonExtents(json), IsEmpty()) << json;
}

// It is only ever given valid JSON; but it must not run past the end of anything.
TEST(JsonExtentsTest, EndsOnBrokenInput) {
  const std::string whole = R"({"a":{"b":["c\"",1]},"d":"e"})";
  for (size_t length = 0; length < whole.size(); ++length) {
    for (const auto& [name, value] : tail::JsonExtents(std::string_view(whole).substr(0, length))) {
      EXPECT_LE(value.size(), length);
    }
  }
}

}  // namespace
}  // namespace spanwire::cli

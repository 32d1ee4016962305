#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class StatsTest : public CliTest {
 protected:
  StatsTest() {
    bridge_.admin.stats.set_server("spanwire-bridge/0.1.0");
    *bridge_.admin.stats.mutable_started_at() = Ago(absl::Hours(5));
    bridge_.admin.stats.set_connections(12);
    bridge_.admin.stats.set_history_bytes(3 << 20);
    bridge_.admin.stats.set_slow_consumers_closed(1);
  }
};

TEST_F(StatsTest, PrintsFiguresForPeople) {
  const Outcome outcome = Run({"stats"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("Server:                 spanwire-bridge/0.1.0\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Started:                2025-10-09 03:53:20 (5h00m ago)\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Connections:            12\n"));
  EXPECT_THAT(outcome.out, HasSubstr("History:                3.0MiB\n"));
}

TEST_F(StatsTest, PatternsAreShownWhereSubscribersMissedSomething) {
  EXPECT_THAT(Run({"stats"}).out, Not(HasSubstr("PATTERN")));
  bridge_.admin.stats.add_patterns()->set_pattern("quiet*");
  v1::PatternStats& quotes = *bridge_.admin.stats.add_patterns();
  quotes.set_pattern("quotes:*");
  quotes.set_throttle_dropped(7);
  quotes.set_conflated(40);
  EXPECT_THAT(Run({"stats"}).out, HasSubstr("\n\nPATTERN   DROPPED  CONFLATED  SLOW-CLOSED\n"
                                            "quotes:*  7        40         0\n"));
}

TEST_F(StatsTest, AsJsonParses) {
  EXPECT_EQ(boost::json::parse(Run({"stats", "-o", "json"}).out).at("connections"), "12");
}

TEST_F(StatsTest, ColoursAreForTerminalsThatWantThem) {
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  EXPECT_THAT(Run({"stats"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(Run({"stats"}, {.out_is_terminal = true}).out, HasSubstr("\x1b[33m1\x1b[0m"));
  EXPECT_THAT(Run({"stats", "--no-color"}, {.out_is_terminal = true}).out, Not(HasSubstr("\x1b")));
  setenv("NO_COLOR", "1", 1);
  EXPECT_THAT(Run({"stats"}, {.out_is_terminal = true}).out, Not(HasSubstr("\x1b")));
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_THAT(Run({"stats"}, {.out_is_terminal = true}).out, Not(HasSubstr("\x1b")));
}

TEST_F(StatsTest, TheServerComesFromTheEnvironmentUnlessAFlagSaysOtherwise) {
  setenv("SPANWIRE_SERVER", bridge_.address().c_str(), 1);
  EXPECT_EQ(RunCli({"stats"}, clock_).code, ExitCode::kOk);
  EXPECT_EQ(RunCli({"stats", "--server", "127.0.0.1:1"}, clock_).code, ExitCode::kUnavailable);
  unsetenv("SPANWIRE_SERVER");
}

}  // namespace
}  // namespace spanwire::cli

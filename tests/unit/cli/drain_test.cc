#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;

class DrainTest : public CliTest {
 protected:
  DrainTest() {
    bridge_.admin.drain.set_connections(12);
    bridge_.admin.drain.mutable_timeout()->set_seconds(30);
  }
};

TEST_F(DrainTest, SaysWhatTheBridgeDoesNow) {
  const Outcome outcome = Run({"drain"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out, "draining: 12 connections to tell, gone within 30s\n");
  bridge_.admin.drain.set_already_draining(true);
  EXPECT_THAT(Run({"drain"}).out, HasSubstr("already draining: "));
}

TEST_F(DrainTest, AsksWhoSitsAtATerminal) {
  const Outcome no = Run({"drain"}, {.input = "n\n", .in_is_terminal = true});
  EXPECT_EQ(no.code, ExitCode::kFailure);
  EXPECT_THAT(no.err, HasSubstr("End this bridge? [y/N] "));
  EXPECT_EQ(bridge_.admin.drain_calls, 0);
  EXPECT_EQ(Run({"drain"}, {.input = "y\n", .in_is_terminal = true}).code, ExitCode::kOk);
  EXPECT_EQ(Run({"drain", "--yes"}, {.in_is_terminal = true}).code, ExitCode::kOk);
  EXPECT_EQ(bridge_.admin.drain_calls, 2);
}

TEST_F(DrainTest, AsJsonIsTheAnswer) {
  EXPECT_EQ(boost::json::parse(Run({"drain", "-o", "json"}).out).at("connections"), "12");
}

TEST_F(DrainTest, ABridgeThatIsGoneExitsWith5) {
  EXPECT_EQ(RunCli({"drain", "--server", "127.0.0.1:1"}, clock_).code, ExitCode::kUnavailable);
}

}  // namespace
}  // namespace spanwire::cli

#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;

using HealthTest = CliTest;

TEST_F(HealthTest, AServingBridgeExitsWith0) {
  const Outcome outcome = Run({"health"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out, "SERVICE   STATUS\n(bridge)  SERVING\n");
}

TEST_F(HealthTest, ServicesThatTheBridgeTellsOfAreShown) {
  bridge_.SetServing("spanwire.v1.AdminService", true);
  EXPECT_THAT(Run({"health"}).out, HasSubstr("spanwire.v1.AdminService  SERVING\n"));
}

TEST_F(HealthTest, OneServiceThatDoesNotServeExitsWith1) {
  bridge_.SetServing("spanwire.v1.PublisherService", false);
  const Outcome outcome = Run({"health"});
  EXPECT_EQ(outcome.code, ExitCode::kFailure);
  EXPECT_THAT(outcome.out, HasSubstr("(bridge)                      SERVING\n"));
  EXPECT_THAT(outcome.out, HasSubstr("spanwire.v1.PublisherService  NOT_SERVING\n"));
}

TEST_F(HealthTest, AnUnknownServiceThatWasNamedExitsWith3) {
  const Outcome outcome = Run({"health", "no.Such"});
  EXPECT_EQ(outcome.code, ExitCode::kNotFound);
  EXPECT_THAT(outcome.err, HasSubstr("cannot check health of no.Such"));
}

TEST_F(HealthTest, AsJsonIsOneDocument) {
  bridge_.SetServing("", false);
  const Outcome outcome = Run({"health", "-o", "json"});
  EXPECT_EQ(outcome.code, ExitCode::kFailure);
  const boost::json::value document = boost::json::parse(outcome.out);
  EXPECT_EQ(document.at("services").at(0).at("service"), "");
  EXPECT_EQ(document.at("services").at(0).at("status"), "NOT_SERVING");
}

TEST(HealthWithoutBridgeTest, ExitsWith5) {
  EXPECT_EQ(RunCli({"health", "--server", "127.0.0.1:1"}, model::Clock::System()).code, ExitCode::kUnavailable);
}

}  // namespace
}  // namespace spanwire::cli

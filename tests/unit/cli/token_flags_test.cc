// How a command shows who it is for.
#include <stdlib.h>

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class TokenFlagsTest : public CliTest {
 protected:
  ~TokenFlagsTest() override {
    ::unsetenv("SPANWIRE_TOKEN");
    ::unsetenv("SPANWIRE_TOKEN_FILE");
  }
  std::string Write(const std::string& text) const {
    std::ofstream(path_) << text;
    return path_;
  }
  // What the bridge was shown.
  std::string Shown(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"connections", "list"});
    const Outcome outcome = Run(std::move(flags));
    EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
    return bridge_.admin.authorization;
  }

  const std::string path_ = testing::TempDir() + "spanwire-cli-token-" + std::to_string(::getpid());
};

TEST_F(TokenFlagsTest, NothingIsShownByItself) {
  EXPECT_EQ(Shown({}), "");
}

TEST_F(TokenFlagsTest, AFlagBeatsTheEnvironment) {
  EXPECT_EQ(Shown({"--token", "a.b.c"}), "Bearer a.b.c");
  EXPECT_EQ(Shown({"--token-file", Write("d.e.f\n")}), "Bearer d.e.f");
  ::setenv("SPANWIRE_TOKEN_FILE", path_.c_str(), 1);
  EXPECT_EQ(Shown({}), "Bearer d.e.f");
  ::setenv("SPANWIRE_TOKEN", "g.h.i", 1);
  EXPECT_EQ(Shown({}), "Bearer g.h.i");
  EXPECT_EQ(Shown({"--token-file", path_}), "Bearer d.e.f");
}

TEST_F(TokenFlagsTest, WhatIsWrongIsSaidWithoutTheToken) {
  const Outcome missing = Run({"--token-file", "/nowhere/token", "connections", "list"});
  EXPECT_EQ(missing.code, ExitCode::kDenied);
  EXPECT_THAT(missing.err, HasSubstr("/nowhere/token"));
  const Outcome spaced = Run({"--token", "secret with spaces", "connections", "list"});
  EXPECT_EQ(spaced.code, ExitCode::kDenied);
  EXPECT_THAT(spaced.err, Not(HasSubstr("secret")));
  EXPECT_EQ(Run({"--cert", "c.pem", "connections", "list"}).code, ExitCode::kDenied);
}

TEST_F(TokenFlagsTest, ATokenIsNotSentInPlainTextToAnotherMachine) {
  const Outcome outcome =
      RunCli({"--server", "bridge.invalid", "--token", "s.e.c", "--timeout", "1s", "connections", "list"}, clock_);
  EXPECT_EQ(outcome.code, ExitCode::kDenied);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("plain text"), Not(HasSubstr("s.e.c"))));
}

TEST_F(TokenFlagsTest, HelpDoesNotRepeatTheEnvironment) {
  ::setenv("SPANWIRE_TOKEN", "s.e.c", 1);
  EXPECT_THAT(Run({"--help"}).out, Not(HasSubstr("s.e.c")));
}

}  // namespace
}  // namespace spanwire::cli

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

// Nothing was sent, so nobody has refused anything.
TEST_F(TokenFlagsTest, WhatIsWrongHereIsWrongUseAndSaidWithoutTheToken) {
  const auto misuse = [&](std::vector<std::string> flags) {
    flags.insert(flags.end(), {"connections", "list"});
    const Outcome outcome = Run(std::move(flags));
    EXPECT_EQ(outcome.code, ExitCode::kUsage) << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(Not(HasSubstr("secret")), Not(HasSubstr("UNAUTHENTICATED"))));
    return outcome.err;
  };
  EXPECT_EQ(misuse({"--token-file", "/nowhere/token"}),
            "error: --token-file /nowhere/token cannot be read: No such file or directory\n");
  EXPECT_THAT(misuse({"--token", "secret with spaces"}), HasSubstr("--token holds no token"));
  EXPECT_THAT(misuse({"--token", "secret", "--token-file", Write("t")}), HasSubstr("both --token and --token-file"));
  EXPECT_THAT(misuse({"--cert", "c.pem"}), HasSubstr("--cert is given without --key"));
  EXPECT_THAT(misuse({"--key", "k.pem"}), HasSubstr("--key is given without --cert"));
  EXPECT_THAT(misuse({"--ca", "/nowhere/ca.pem"}), HasSubstr("--ca /nowhere/ca.pem cannot be read"));
  EXPECT_THAT(misuse({"--ca", Write("garbage")}), HasSubstr("holds no certificate"));
  EXPECT_EQ(bridge_.admin.list_calls, 0);
}

TEST_F(TokenFlagsTest, AVariableIsNamedByItsName) {
  ::setenv("SPANWIRE_TOKEN_FILE", "/nowhere/token", 1);
  EXPECT_THAT(Run({"connections", "list"}).err, HasSubstr("SPANWIRE_TOKEN_FILE /nowhere/token cannot be read"));
}

TEST_F(TokenFlagsTest, ATokenIsNotSentInPlainTextToAnotherMachine) {
  const Outcome outcome =
      RunCli({"--server", "bridge.invalid", "--token", "s.e.c", "--timeout", "1s", "connections", "list"}, clock_);
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("plain text"), HasSubstr("--ca or --tls"), Not(HasSubstr("s.e.c"))));
}

TEST_F(TokenFlagsTest, HelpDoesNotRepeatTheEnvironment) {
  ::setenv("SPANWIRE_TOKEN", "s.e.c", 1);
  EXPECT_THAT(Run({"--help"}).out, Not(HasSubstr("s.e.c")));
}

}  // namespace
}  // namespace spanwire::cli

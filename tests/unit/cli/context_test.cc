#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/context/store.h"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ContextTest : public CliTest {
 protected:
  ContextTest() {
    std::string name = testing::TempDir() + "spanwire-context-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    before_ = ::getenv("XDG_CONFIG_HOME");
    ::setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
  }
  ~ContextTest() override {
    ::setenv("XDG_CONFIG_HOME", before_.c_str(), 1);
    fs::remove_all(folder_);
  }

  fs::path store() const { return folder_ / "spanwire" / "contexts.json"; }
  void Write(const std::string& text, fs::perms perms = fs::perms::owner_read | fs::perms::owner_write) const {
    fs::create_directories(store().parent_path());
    std::ofstream(store()) << text;
    fs::permissions(store(), perms);
  }
  std::string Text() const {
    std::ostringstream text;
    text << std::ifstream(store()).rdbuf();
    return text.str();
  }
  // Without the --server that Run() gives.
  Outcome Plain(std::vector<std::string> arguments) { return RunCli(std::move(arguments), clock_); }
  void Add(const std::string& name, const std::string& token) {
    const Outcome added = Run({"context", "add", name, "--token", token});
    EXPECT_EQ(added.code, ExitCode::kOk) << added.err;
  }

  fs::path folder_;
  std::string before_;
};

TEST_F(ContextTest, TheOneInUseCountsWithoutFlags) {
  Add("dev", "a.b.c");
  EXPECT_EQ(Plain({"context", "use", "dev"}).code, ExitCode::kOk);
  EXPECT_EQ(Plain({"connections", "list"}).code, ExitCode::kOk);
  EXPECT_EQ(bridge_.admin.authorization, "Bearer a.b.c");
  EXPECT_EQ(Plain({"--token", "d.e.f", "connections", "list"}).code, ExitCode::kOk);
  EXPECT_EQ(bridge_.admin.authorization, "Bearer d.e.f");
}

TEST_F(ContextTest, AnotherMayBeNamed) {
  Add("dev", "a.b.c");
  Add("prod", "d.e.f");
  EXPECT_EQ(Plain({"context", "use", "dev"}).code, ExitCode::kOk);
  EXPECT_EQ(Plain({"connections", "list", "--context", "prod"}).code, ExitCode::kOk);
  EXPECT_EQ(bridge_.admin.authorization, "Bearer d.e.f");
  const Outcome unknown = Plain({"connections", "list", "--context", "nowhere"});
  EXPECT_EQ(unknown.code, ExitCode::kUsage);
  EXPECT_THAT(unknown.err, HasSubstr("no context 'nowhere'"));
}

// Otherwise a token would go to whatever bridge one has a look at.
TEST_F(ContextTest, ItsTokenDoesNotGoToAnotherServer) {
  Write(R"({"current":"prod","contexts":{"prod":{"server":"bridge.example:50051","token":"a.b.c"}}})");
  ::setenv("SPANWIRE_CONTEXT", "prod", 1);
  const Outcome by_variable = Run({"connections", "list"});
  ::unsetenv("SPANWIRE_CONTEXT");
  ::setenv("SPANWIRE_SERVER", bridge_.address().c_str(), 1);
  const Outcome server_of_variable = Plain({"connections", "list", "--context", "prod"});
  ::unsetenv("SPANWIRE_SERVER");
  for (const Outcome& outcome : {by_variable, server_of_variable, Run({"connections", "list"}),
                                 Run({"connections", "list", "--context", "prod"})}) {
    EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
    EXPECT_THAT(outcome.err,
                AllOf(StartsWith("note: the token of context 'prod' is for bridge.example:50051 and does not go to " +
                                 bridge_.address() + ": give --token-file"),
                      Not(HasSubstr("a.b.c"))));
  }
  EXPECT_EQ(bridge_.admin.list_calls, 4);
  EXPECT_EQ(bridge_.admin.authorization, "");
}

TEST_F(ContextTest, OnesOwnTokenGoesToAnotherServerWithoutAWord) {
  Write(R"({"contexts":{"prod":{"server":"bridge.example:50051","token":"a.b.c"}}})");
  const Outcome outcome = Run({"connections", "list", "--context", "prod", "--token", "d.e.f"});
  EXPECT_EQ(outcome.err, "No connections.\n");
  EXPECT_EQ(bridge_.admin.authorization, "Bearer d.e.f");
}

TEST_F(ContextTest, NeitherItsCertificateNorItsLeaveForPlainTextGoElsewhere) {
  Write(R"({"contexts":{"prod":{"server":"bridge.example:1","cert":"/c.pem","key":"/k.pem","insecure":true}}})");
  const Outcome outcome = Run({"connections", "list", "--context", "prod"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;  // the files, which do not exist, are not looked at
  EXPECT_THAT(outcome.err, HasSubstr("the certificate of context 'prod'"));
  const Outcome plain =
      RunCli({"--server", "bridge.invalid:1", "--context", "prod", "--token", "d.e.f", "connections", "list"}, clock_);
  EXPECT_EQ(plain.code, ExitCode::kUsage);
  EXPECT_THAT(plain.err, HasSubstr("plain text"));
}

TEST_F(ContextTest, WhatItTrustsCountsElsewhereWhereItIsNamed) {
  Write(R"({"contexts":{"prod":{"server":"bridge.example:1","ca":"/nowhere/ca.pem"}}})");
  EXPECT_THAT(Run({"connections", "list", "--context", "prod"}).err,
              HasSubstr("context 'prod': ca /nowhere/ca.pem cannot be read"));
}

TEST_F(ContextTest, ACertificateThatIsGivenIsNotMixedWithItsKey) {
  Write(R"({"contexts":{"prod":{"server":"127.0.0.1:1","cert":"/c.pem","key":"/k.pem"}}})");
  EXPECT_THAT(Plain({"connections", "list", "--context", "prod", "--cert", "/mine.pem"}).err,
              HasSubstr("--cert is given without --key"));
}

TEST_F(ContextTest, TheFileIsItsOwnersAlone) {
  Add("dev", "a.b.c");
  struct stat info {};
  ASSERT_EQ(::stat(store().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(store().parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST_F(ContextTest, ATokenThatOthersMayReadIsRefused) {
  const std::string text = R"({"current":"dev","contexts":{"dev":{"server":"127.0.0.1:1","token":"a.b.c"}}})";
  for (const auto perms : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    Write(text, fs::perms::owner_read | fs::perms::owner_write | perms);
    const Outcome outcome = Plain({"connections", "list"});
    EXPECT_EQ(outcome.code, ExitCode::kUsage);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("chmod 600"), Not(HasSubstr("a.b.c"))));
  }
  Write(R"({"current":"","contexts":{"dev":{"server":"127.0.0.1:1","token_file":"/t"}}})",
        fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read);
  EXPECT_EQ(Plain({"context", "list"}).code, ExitCode::kOk);
}

TEST_F(ContextTest, CommandsThatNeedNoBridgeDoWithoutTheFile) {
  Write("garbage");
  EXPECT_EQ(Plain({"connections", "list"}).code, ExitCode::kUsage);
  EXPECT_EQ(Plain({"context", "list"}).code, ExitCode::kUsage);
  EXPECT_EQ(Plain({"completion", "bash"}).code, ExitCode::kOk);
  for (const char* text : {"", "[]", "{}", R"({"contexts":[]})", R"({"contexts":{"a":1}})"}) {
    Write(text);
    EXPECT_THAT(Plain({"context", "list"}).err, HasSubstr("no file of contexts")) << text;
  }
}

TEST_F(ContextTest, TheListNeverShowsATokenAndPathsAreAbsolute) {
  EXPECT_THAT(Plain({"context", "list"}).err, HasSubstr("No contexts yet"));
  Add("dev", "a.b.c");
  const Outcome added = Run({"context", "add", "tls", "--ca", "ca.pem", "--token-file", "t", "--tls"});
  EXPECT_EQ(added.code, ExitCode::kOk) << added.err;
  EXPECT_THAT(Text(), HasSubstr("\"ca\":\"/"));
  EXPECT_THAT(Plain({"context", "list"}).out, AllOf(HasSubstr("dev"), HasSubstr("token"), Not(HasSubstr("a.b.c"))));
  EXPECT_THAT(Plain({"context", "list", "-o", "json"}).out, AllOf(HasSubstr("\"tls\""), Not(HasSubstr("a.b.c"))));
}

TEST_F(ContextTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(Plain({"context", "use", "x"}).code, ExitCode::kNotFound);
  EXPECT_EQ(Plain({"context", "remove", "x"}).code, ExitCode::kNotFound);
  EXPECT_EQ(Plain({"context", "add", "x"}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"context", "add", "a b"}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"context", "add", std::string(65, 'a')}).code, ExitCode::kUsage);
  Add("dev", "a.b.c");
  EXPECT_EQ(Plain({"context", "use", "dev"}).code, ExitCode::kOk);
  EXPECT_EQ(Plain({"context", "remove", "dev"}).code, ExitCode::kOk);
  EXPECT_EQ(context::Load(store().string())->current, "");
}

}  // namespace
}  // namespace spanwire::cli

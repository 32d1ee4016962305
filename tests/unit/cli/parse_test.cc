// What command lines mean, without running them; and which ones are refused.
#include <functional>
#include <ostream>

#include "CLI/App.hpp"
#include "cli/connections/close.h"
#include "cli/connections/list.h"
#include "cli/global_options.h"
#include "cli/publish/publish.h"
#include "cli/tail/tail.h"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// `line` parsed by one command's declaration.
template <class Options>
Options Parse(CLI::App* (*declare)(CLI::App&, Options&), const std::string& line) {
  CLI::App app;
  Options options;
  declare(app, options);
  app.parse(line);
  return options;
}

TEST(ParseTest, ConnectionsListTakesFilters) {
  const auto options =
      Parse(connections::DeclareList, "list --user u --tenant t --topic a:b --transport sse --limit 7");
  EXPECT_EQ(options.filter.user, "u");
  EXPECT_EQ(options.filter.tenant, "t");
  EXPECT_EQ(options.filter.topic, "a:b");
  EXPECT_EQ(options.filter.transport, "sse");
  EXPECT_EQ(options.limit, 7);
}

TEST(ParseTest, NoTenantAndTheDefaultTenantDiffer) {
  EXPECT_EQ(Parse(connections::DeclareList, "list").filter.tenant, std::nullopt);
  CLI::App app;
  connections::ListOptions options;
  connections::DeclareList(app, options);
  app.parse(std::vector<std::string>{"", "--tenant", "list"});  // CLI11 takes them from the back
  EXPECT_EQ(options.filter.tenant, "");
}

TEST(ParseTest, CloseTakesIdsAmongFlags) {
  const auto options = Parse(connections::DeclareClose, "close a --reason bye b --reconnect c");
  EXPECT_THAT(options.client_ids, ElementsAre("a", "b", "c"));
  EXPECT_EQ(options.reason, "bye");
  EXPECT_TRUE(options.reconnect);
  EXPECT_FALSE(options.all);
}

TEST(ParseTest, PublishTakesADashAsData) {
  const auto options = Parse(publish::Declare, "publish stats --type t --data - --id i --trace-id abc");
  EXPECT_EQ(options.topic, "stats");
  EXPECT_EQ(options.data, "-");
  EXPECT_EQ(options.id, "i");
  EXPECT_EQ(options.trace_id, "abc");
}

TEST(ParseTest, TailTakesManyTopics) {
  const auto options = Parse(tail::Declare, "tail a b --history 5 --count 2 c");
  EXPECT_THAT(options.topics, ElementsAre("a", "b", "c"));
  EXPECT_EQ(options.history, 5u);
  EXPECT_EQ(options.count, 2u);
}

TEST(ParseTest, GlobalOptions) {
  CLI::App app;
  GlobalOptions options;
  DeclareGlobalOptions(app, options);
  app.parse("--server bridge.example:7 -o wide --timeout 250ms --no-color");
  EXPECT_EQ(options.server, "bridge.example:7");
  EXPECT_EQ(options.output, OutputFormat::kWide);
  EXPECT_EQ(options.timeout, absl::Milliseconds(250));
  EXPECT_TRUE(options.no_color);
}

TEST(ParseTest, AServerWithoutAPortGetsTheDefaultOne) {
  for (const auto& [given, meant] : std::vector<std::pair<std::string, std::string>>{
           {"localhost", "localhost:50051"}, {"[::1]", "[::1]:50051"}, {"[::1]:7", "[::1]:7"}}) {
    CLI::App app;
    GlobalOptions options;
    DeclareGlobalOptions(app, options);
    app.parse("--server " + given);
    EXPECT_EQ(options.server, meant);
  }
}

TEST(ParseTest, TheLastOfARepeatedGlobalOptionCounts) {
  CLI::App app;
  GlobalOptions options;
  DeclareGlobalOptions(app, options);
  app.parse("--server a:1 -o json --timeout 1s --server b:2 -o table --timeout 2s");
  EXPECT_EQ(options.server, "b:2");
  EXPECT_EQ(options.output, OutputFormat::kTable);
  EXPECT_EQ(options.timeout, absl::Seconds(2));
}

TEST(ParseTest, ATimeoutWithoutAUnitIsInSeconds) {
  CLI::App app;
  GlobalOptions options;
  DeclareGlobalOptions(app, options);
  app.parse("--timeout 3");
  EXPECT_EQ(options.timeout, absl::Seconds(3));
}

struct BadLine {
  std::vector<std::string> arguments;
  std::string complaint;

  friend void PrintTo(const BadLine& line, std::ostream* out) { *out << testing::PrintToString(line.arguments); }
};

class UsageTest : public testing::TestWithParam<BadLine> {};

TEST_P(UsageTest, IsRefusedWithExitCode2AndSaysWhy) {
  // Were one of these accepted, it would be UNAVAILABLE: nothing listens on port 1.
  std::vector<std::string> arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), {"--server", "127.0.0.1:1"});
  const Outcome outcome = RunCli(arguments, model::Clock::System());
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    BadLines, UsageTest,
    testing::Values(
        BadLine{{}, "which command? One of: connections, topics, publish"},
        BadLine{{"connections"}, "which command? One of: list, show, watch, close"},
        BadLine{{"conections"}, "unknown command 'conections'"},
        BadLine{{"connections", "lst", "--user", "u"}, "unknown command 'lst'; there are: list"},
        BadLine{{"stats", "extra"}, "extra"}, BadLine{{"stats", "--bogus"}, "--bogus"},
        BadLine{{"stats", "-o", "xml"}, "xml"}, BadLine{{"stats", "--timeout", "0"}, "'0' is not a time"},
        BadLine{{"stats", "--timeout", "soon"}, "'soon' is not a time"},
        BadLine{{"stats", "--server", "http://x:1"}, "HOST:PORT"},
        BadLine{{"stats", "--server", "x:port"}, "HOST:PORT"}, BadLine{{"stats", "--server", "x:70000"}, "HOST:PORT"},
        BadLine{{"connections", "list", "--transport", "pigeon"}, "pigeon"},
        BadLine{{"connections", "list", "--limit", "0"}, "not in range 1"},
        BadLine{{"connections", "list", "--limit", "many"}, "--limit"},
        BadLine{{"connections", "show"}, "ID is required"}, BadLine{{"connections", "close"}, "which connections?"},
        BadLine{{"connections", "close", "--user", ""}, "must not be empty"},
        BadLine{{"connections", "close", "--all", "c-1"}, "--all"},
        BadLine{{"connections", "close", "--all", "--user", "u"}, "--all"},
        BadLine{{"topics", "show"}, "TOPIC is required"}, BadLine{{"tail"}, "TOPIC is required"},
        BadLine{{"tail", "a", "--since", "yesterday"}, "--since"},
        BadLine{{"tail", "a", "--history", "1001"}, "not in range"},
        BadLine{{"tail", "a", "--history", "-1"}, "--history"},
        BadLine{{"tail", "a", "--history", "1", "--since", "e-1"}, "--since excludes --history"},
        BadLine{{"tail", "a", "--count", "0"}, "not in range 1"},
        BadLine{{"publish", "--type", "t", "--data", "{}"}, "which topic?"},
        BadLine{{"publish", "a", "--data", "{}"}, "--type is required"},
        BadLine{{"publish", "a", "--type", "t"}, "--data is required"},
        BadLine{{"publish", "a", "--type", "t", "--data", "{\"a\":1"}, "not JSON: incomplete"},
        BadLine{{"publish", "a", "--type", "t", "--data", "{\"a\":1} x"}, "extra data at byte 9"},
        BadLine{{"publish", "a", "--type", "t", "--data", "{a:1}"}, "at byte 2"},
        BadLine{{"publish", "a", "--type", "t", "--data", "{\"a\":\"\xff\"}"}, "not JSON"},
        BadLine{{"publish", "a", "--type", "t", "--data", "[1]"}, "not an object"},
        BadLine{{"publish", "a", "--type", "t", "--data", "17"}, "not an object"},
        BadLine{{"publish", "a", "--type", "t", "--data", "@/nonexistent/x"}, "/nonexistent/x cannot be opened"},
        BadLine{{"publish", "a", "--type", "t", "--data", "@/"}, "cannot be read"},
        BadLine{{"publish", "a", "--type", "t", "--data", "{}", "--entity-id", "1"}, "--entity-kind"},
        BadLine{{"publish", "a", "--type", "t", "--data", "{}", "--user", "u"}, "--entity-id"},
        BadLine{{"completion", "tcsh"}, "tcsh"}));

}  // namespace
}  // namespace spanwire::cli

#include <csignal>
#include <sstream>

#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "cli/root.h"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"
#include "tests/unit/cli/interrupting_output.h"

namespace spanwire::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ConnectionsTest : public CliTest {
 protected:
  v1::Connection MakeConnection(const std::string& id) const {
    v1::Connection connection;
    connection.set_client_id(id);
    connection.set_user_id("u-17");
    connection.set_transport("websocket");
    connection.set_remote_address("127.0.0.1:40001");
    connection.set_user_agent("Mozilla/5.0");
    *connection.mutable_connected_at() = Ago(absl::Seconds(192));
    *connection.mutable_last_seen_at() = Ago(absl::Seconds(2));
    for (const char* topic : {"stats", "logs", "alerts"}) {
      v1::Subscription& subscription = *connection.add_subscriptions();
      subscription.set_topic(topic);
      subscription.set_state(v1::Subscription::STATE_LIVE);
      subscription.set_position(42);
    }
    connection.set_messages_sent(7);
    connection.set_bytes_sent(1536);
    return connection;
  }

  v1::WatchConnectionsResponse Change(v1::WatchConnectionsResponse::Kind kind, const std::string& id) const {
    v1::WatchConnectionsResponse change;
    change.set_kind(kind);
    *change.mutable_connection() = MakeConnection(id);
    *change.mutable_at() = Ago(absl::ZeroDuration());
    return change;
  }
};

TEST_F(ConnectionsTest, ListPrintsAnAlignedTable) {
  bridge_.admin.connections = {MakeConnection("c-1")};
  const Outcome outcome = Run({"connections", "list"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(
      outcome.out,
      "CLIENT  USER  TENANT  TRANSPORT  REMOTE           SINCE  TOPICS         MESSAGES  BYTES   QUEUED  LAST-SEEN\n"
      "c-1     u-17  -       websocket  127.0.0.1:40001  3m12s  stats,logs,+1  7         1.5KiB  0B      2s\n");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(ConnectionsTest, WideListAddsEveryTopicAndTheUserAgent) {
  bridge_.admin.connections = {MakeConnection("c-1")};
  const Outcome outcome = Run({"connections", "list", "-o", "wide"});
  EXPECT_THAT(outcome.out, HasSubstr("USER-AGENT"));
  EXPECT_THAT(outcome.out, HasSubstr("stats,logs,alerts"));
  EXPECT_THAT(outcome.out, HasSubstr("Mozilla/5.0"));
}

TEST_F(ConnectionsTest, AnEmptyListIsToldOnStderr) {
  const Outcome outcome = Run({"connections", "list"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(outcome.err, "No connections.\n");
}

TEST_F(ConnectionsTest, ListAsJsonIsTheAnswerWithItsOwnNames) {
  bridge_.admin.connections = {MakeConnection("c-1")};
  const Outcome outcome = Run({"-o", "json", "connections", "list"});
  const boost::json::value document = boost::json::parse(outcome.out);
  const boost::json::value& connection = document.at("connections").at(0);
  EXPECT_EQ(connection.at("client_id"), "c-1");
  EXPECT_EQ(connection.at("bytes_sent"), "1536");
  EXPECT_EQ(connection.at("tenant_id"), "") << "fields without presence are always printed";
  EXPECT_EQ(connection.at("subscriptions").at(0).at("state"), "STATE_LIVE");
  EXPECT_EQ(document.at("next_page_token"), "");
}

TEST_F(ConnectionsTest, AnEmptyListAsJsonIsStillADocument) {
  const Outcome outcome = Run({"connections", "list", "-o", "json"});
  EXPECT_TRUE(boost::json::parse(outcome.out).at("connections").as_array().empty());
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(ConnectionsTest, ListFollowsPages) {
  for (int i = 0; i < 1201; ++i) bridge_.admin.connections.push_back(MakeConnection("c-" + std::to_string(i)));
  const Outcome outcome = Run({"connections", "list", "-o", "json"});
  EXPECT_EQ(boost::json::parse(outcome.out).at("connections").as_array().size(), 1201u);
  EXPECT_EQ(bridge_.admin.list_calls, 3);
}

TEST_F(ConnectionsTest, LimitStopsEarlyAndSaysSo) {
  for (int i = 0; i < 5; ++i) bridge_.admin.connections.push_back(MakeConnection("c-" + std::to_string(i)));
  const Outcome outcome = Run({"connections", "list", "--limit", "2"});
  EXPECT_THAT(outcome.out, HasSubstr("c-1"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("c-2")));
  EXPECT_EQ(outcome.err, "2 of 5 connections shown.\n");
}

TEST_F(ConnectionsTest, FiltersReachTheBridge) {
  Run({"connections", "list", "--user", "u", "--tenant", "", "--topic", "stats", "--transport", "poll"});
  const v1::ConnectionFilter& filter = bridge_.admin.list_request.filter();
  EXPECT_EQ(filter.user_id(), "u");
  EXPECT_TRUE(filter.has_tenant_id()) << "'' is the default tenant, not any";
  EXPECT_EQ(filter.topic(), "stats");
  EXPECT_EQ(filter.transport(), "poll");
  Run({"connections", "list"});
  EXPECT_FALSE(bridge_.admin.list_request.filter().has_tenant_id());
}

TEST_F(ConnectionsTest, AUserAgentCannotSteerTheTerminal) {
  v1::Connection connection = MakeConnection("c-1");
  connection.set_user_agent(
      "\x1b]0;pwned\a\xc2\x9b"
      "2J");
  bridge_.admin.connections = {connection};
  for (const char* format : {"wide", "json"}) {
    const Outcome outcome = Run({"connections", "list", "-o", format});
    EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b"))) << format;
    EXPECT_THAT(outcome.out, Not(HasSubstr("\xc2\x9b"))) << format;
  }
  const boost::json::value document = boost::json::parse(Run({"connections", "list", "-o", "json"}).out);
  EXPECT_EQ(document.at("connections").at(0).at("user_agent"), connection.user_agent().c_str());
}

TEST_F(ConnectionsTest, ShowDescribesAConnectionAndItsSubscriptions) {
  bridge_.admin.connections = {MakeConnection("c-1")};
  const Outcome outcome = Run({"connections", "show", "c-1"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("Client:      c-1\nUser:        u-17\n"));
  EXPECT_THAT(outcome.out, HasSubstr("User agent:  Mozilla/5.0\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Sent:        7 messages, 1.5KiB\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\n\nTOPIC   STATE  POSITION\nstats   live   42\n"));
}

TEST_F(ConnectionsTest, ShowingAConnectionThatIsGoneExitsWith3) {
  const Outcome outcome = Run({"connections", "show", "c-9"});
  EXPECT_EQ(outcome.code, ExitCode::kNotFound);
  EXPECT_EQ(outcome.err, "error: cannot show connection c-9: no connection has this id now (CONNECTION_NOT_FOUND)\n");
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(ConnectionsTest, WatchPrintsALinePerChange) {
  v1::WatchConnectionsResponse closed = Change(v1::WatchConnectionsResponse::KIND_CLOSED, "c-2");
  closed.set_close_code(4010);
  closed.set_close_reason("bye");
  v1::WatchConnectionsResponse missed;
  missed.set_kind(v1::WatchConnectionsResponse::KIND_MISSED);
  missed.set_missed(12);
  bridge_.admin.watch.messages = {Change(v1::WatchConnectionsResponse::KIND_EXISTING, "c-1"), closed, missed};
  bridge_.admin.watch.hold = false;
  const Outcome outcome = Run({"connections", "watch", "--user", "u-17"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("TIME      CHANGE  CLIENT"));
  EXPECT_THAT(outcome.out, HasSubstr("08:53:20  OPEN    c-1"));
  EXPECT_THAT(outcome.out, HasSubstr("CLOSED  c-2"));
  EXPECT_THAT(outcome.out, HasSubstr("4010 bye\n"));
  EXPECT_THAT(outcome.out, HasSubstr("12 changes left out"));
  EXPECT_EQ(outcome.err, "The bridge ended the watch.\n");
  EXPECT_EQ(bridge_.admin.watch_request.filter().user_id(), "u-17");
}

TEST_F(ConnectionsTest, WatchAsJsonIsADocumentPerLine) {
  bridge_.admin.watch.messages = {Change(v1::WatchConnectionsResponse::KIND_OPENED, "c-1"),
                                  Change(v1::WatchConnectionsResponse::KIND_CLOSED, "c-1")};
  bridge_.admin.watch.hold = false;
  std::istringstream lines(Run({"connections", "watch", "-o", "json"}).out);
  std::vector<std::string> kinds;
  for (std::string line; std::getline(lines, line);) {
    kinds.emplace_back(boost::json::parse(line).at("kind").as_string().c_str());
  }
  EXPECT_THAT(kinds, ElementsAre("KIND_OPENED", "KIND_CLOSED"));
}

TEST_F(ConnectionsTest, CtrlCEndsAWatchWithSuccess) {
  bridge_.admin.watch.messages = {Change(v1::WatchConnectionsResponse::KIND_EXISTING, "c-1")};
  std::istringstream in;
  std::ostringstream err;
  InterruptingOutput output("c-1");
  std::ostream out(&output);
  Streams streams{in, out, err};
  EXPECT_EQ(RunCommandLine({"connections", "watch", "--server", bridge_.address()}, streams, clock_), ExitCode::kOk);
  EXPECT_TRUE(output.raised());
  EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(ConnectionsTest, CloseTellsWhatWasClosed) {
  bridge_.admin.closed.add_client_ids("c-1");
  bridge_.admin.closed.set_closed(1);
  const Outcome outcome = Run({"connections", "close", "c-1", "--reason", "bye", "--reconnect"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out, "CLOSED\nc-1\n");
  EXPECT_EQ(outcome.err, "1 closed.\n");
  const v1::CloseConnectionsRequest& request = bridge_.admin.close_request;
  EXPECT_THAT(request.filter().client_ids(), ElementsAre("c-1"));
  EXPECT_EQ(request.reason(), "bye");
  EXPECT_TRUE(request.reconnect());
  EXPECT_FALSE(request.all());
}

TEST_F(ConnectionsTest, ClosingAnIdThatIsNotOpenExitsWith3ButClosesTheOthers) {
  bridge_.admin.closed.add_client_ids("c-1");
  bridge_.admin.closed.set_closed(1);
  const Outcome outcome = Run({"connections", "close", "c-1", "c-2"});
  EXPECT_EQ(outcome.code, ExitCode::kNotFound);
  EXPECT_EQ(outcome.out, "CLOSED\nc-1\n");
  EXPECT_THAT(outcome.err, HasSubstr("error: no open connection c-2 matches\n"));
}

TEST_F(ConnectionsTest, AFilterThatMatchesNothingIsNoError) {
  const Outcome outcome = Run({"connections", "close", "--user", "nobody"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.err, "No connections matched.\n");
}

TEST_F(ConnectionsTest, CloseAllAsksOnATerminalOnly) {
  EXPECT_EQ(Run({"connections", "close", "--all"}, {.input = "n\n", .in_is_terminal = true}).code, ExitCode::kFailure);
  EXPECT_EQ(Run({"connections", "close", "--all"}, {.input = "", .in_is_terminal = true}).code, ExitCode::kFailure);
  EXPECT_EQ(bridge_.admin.close_calls, 0);
  EXPECT_EQ(Run({"connections", "close", "--all"}, {.input = "y\n", .in_is_terminal = true}).code, ExitCode::kOk);
  EXPECT_EQ(Run({"connections", "close", "--all", "--yes"}, {.in_is_terminal = true}).code, ExitCode::kOk);
  EXPECT_EQ(Run({"connections", "close", "--all"}).code, ExitCode::kOk);
  EXPECT_EQ(bridge_.admin.close_calls, 3);
  EXPECT_TRUE(bridge_.admin.close_request.all());
}

}  // namespace
}  // namespace spanwire::cli

#include "cli/connections/list.h"

#include <string>
#include <vector>

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "cli/humane.h"
#include "cli/paging.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::connections {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire connections list
  spanwire connections list --user u-17 -o wide
  spanwire connections list --topic stats -o json | jq -r '.connections[].client_id'

-o wide adds every topic and the user agent. Global options: see `spanwire --help`.)";

// The first topics, and how many more: "stats,logs,+3".
std::string TopicNames(const v1::Connection& connection, int most) {
  std::string names;
  for (int i = 0; i < connection.subscriptions_size(); ++i) {
    if (i > 0) names += ',';
    if (i == most) return names + fmt::format("+{}", connection.subscriptions_size() - most);
    names += connection.subscriptions(i).topic();
  }
  return OrDash(names);
}

std::vector<Cell> Row(const v1::Connection& connection, const Session& session) {
  constexpr int kTopicsShown = 2;
  std::vector<Cell> row = {connection.client_id(),
                           OrDash(connection.user_id()),
                           OrDash(connection.tenant_id()),
                           connection.transport(),
                           connection.remote_address(),
                           Age(connection.connected_at(), session.Now()),
                           TopicNames(connection, session.wide() ? connection.subscriptions_size() : kTopicsShown),
                           fmt::format("{}", connection.messages_sent()),
                           HumaneBytes(connection.bytes_sent()),
                           HumaneBytes(connection.queued_bytes()),
                           Age(connection.last_seen_at(), session.Now())};
  if (session.wide()) row.emplace_back(OrDash(connection.user_agent()));
  return row;
}

void PrintTable(const v1::ListConnectionsResponse& answer, Session& session) {
  if (answer.connections().empty()) return session.Note("No connections.");
  std::vector<std::string> columns = {"CLIENT", "USER",     "TENANT", "TRANSPORT", "REMOTE",   "SINCE",
                                      "TOPICS", "MESSAGES", "BYTES",  "QUEUED",    "LAST-SEEN"};
  if (session.wide()) columns.emplace_back("USER-AGENT");
  Table table(columns);
  for (const v1::Connection& connection : answer.connections()) table.Add(Row(connection, session));
  table.Print(session.out(), session.color());
  if (!answer.next_page_token().empty()) {
    session.Note(fmt::format("{} of {} connections shown.", answer.connections_size(), answer.total_size()));
  }
}

}  // namespace

CLI::App* DeclareList(CLI::App& group, ListOptions& options) {
  CLI::App* command = group.add_subcommand("list", "List open connections, oldest first");
  DeclareFilter(*command, options.filter);
  command->add_option("--limit", options.limit, "At most so many (default: all)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  return command->footer(kFooter);
}

ExitCode RunList(const ListOptions& options, Session& session) {
  v1::ListConnectionsRequest request;
  *request.mutable_filter() = ToFilter(options.filter);
  const auto answer = FetchPages<v1::ListConnectionsResponse>(
      request, options.limit, [&](const auto& page) { return session.bridge().ListConnections(page); },
      [](auto& page) -> auto& { return *page.mutable_connections(); });
  if (!answer.ok()) return session.Fail("list connections", answer.status());
  if (session.json()) return session.PrintJson(*answer);
  PrintTable(*answer, session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::connections

#include "cli/connections/close.h"

#include <algorithm>

#include "CLI/Option.hpp"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::connections {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire connections close 4kTq9ZbW1x --reason "see you tomorrow"
  spanwire connections close --user u-17
  spanwire connections close --all --reconnect --yes

Clients are told close code 4010 and do not come back by themselves, unless --reconnect. With ids and filters, both
must match. Exits with 3 where an id that was named is not open. Global options: see `spanwire --help`.)";

v1::CloseConnectionsRequest ToRequest(const CloseOptions& options) {
  v1::CloseConnectionsRequest request;
  *request.mutable_filter() = ToFilter(options.filter);
  request.mutable_filter()->mutable_client_ids()->Assign(options.client_ids.begin(), options.client_ids.end());
  request.set_all(options.all);
  request.set_reason(options.reason);
  request.set_reconnect(options.reconnect);
  return request;
}

ExitCode ReportMissing(const CloseOptions& options, const v1::CloseConnectionsResponse& answer, Session& session) {
  ExitCode code = ExitCode::kOk;
  for (const std::string& id : options.client_ids) {
    if (std::find(answer.client_ids().begin(), answer.client_ids().end(), id) != answer.client_ids().end()) continue;
    session.Note(fmt::format("error: no open connection {} matches", id));
    code = ExitCode::kNotFound;
  }
  return code;
}

void PrintClosed(const v1::CloseConnectionsResponse& answer, Session& session) {
  if (answer.closed() == 0) return session.Note("No connections matched.");
  Table table({"CLOSED"});
  for (const std::string& id : answer.client_ids()) table.Add({id});
  if (!table.empty()) table.Print(session.out(), session.color());
  session.Note(fmt::format("{} closed.", answer.closed()));
}

}  // namespace

CLI::App* DeclareClose(CLI::App& group, CloseOptions& options) {
  CLI::App* command = group.add_subcommand("close", "Close connections, by id or by filter");
  command->add_option("ID", options.client_ids, "Client ids, as `connections list` prints them")->type_name("");
  DeclareFilter(*command, options.filter);
  command->add_flag("--all", options.all,
                    "Every connection that you may close: of your tenant, or with any_tenant of all");
  command->add_flag("--yes", options.yes, "Do not ask before closing all");
  command->add_option("--reason", options.reason, "Told to the clients, at most 100 bytes")->type_name("TEXT");
  command->add_flag("--reconnect", options.reconnect, "Clients may come back at once");
  return command->footer(kFooter);
}

ExitCode RunClose(const CloseOptions& options, Session& session) {
  const bool selective = !options.client_ids.empty() || !options.filter.empty();
  if (selective == options.all) {
    return session.Misused(options.all ? "--all leaves nothing to select: give it alone, or ids and filters without it"
                                       : "which connections? Give ids, filters such as --user, or --all");
  }
  if (options.all && !options.yes && session.in_is_terminal() && !session.Confirm("Close every connection?")) {
    session.Note("Nothing was closed.");
    return ExitCode::kFailure;
  }
  const auto answer = session.bridge().CloseConnections(ToRequest(options));
  if (!answer.ok()) return session.Fail("close connections", answer.status());
  const ExitCode missing = ReportMissing(options, *answer, session);
  if (session.json()) {
    const ExitCode printed = session.PrintJson(*answer);
    return printed == ExitCode::kOk ? missing : printed;
  }
  if (missing == ExitCode::kOk || answer->closed() > 0) PrintClosed(*answer, session);
  return missing;
}

}  // namespace spanwire::cli::connections

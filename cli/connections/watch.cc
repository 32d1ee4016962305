#include "cli/connections/watch.h"

#include <optional>

#include "cli/humane.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::connections {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire connections watch
  spanwire connections watch --user u-17
  spanwire connections watch -o json | jq -c '[.kind, .connection.client_id, .close_code]'

Prints a line for each connection that is open, then one per change, until Ctrl-C (exit code 0). With --topic it also
tells of connections that join and leave that topic while they are open. IDENTIFIED is a connection that sent its token
after it had opened: with --user the first that is heard of it. LEFT also is one that turned out to be of another tenant.
-o json prints one JSON document per line. Global options: see `spanwire --help`.)";

Cell ChangeCell(v1::WatchConnectionsResponse::Kind kind) {
  switch (kind) {
    case v1::WatchConnectionsResponse::KIND_EXISTING:
      return {"OPEN"};
    case v1::WatchConnectionsResponse::KIND_OPENED:
      return {"OPENED", Style::kGood};
    case v1::WatchConnectionsResponse::KIND_CLOSED:
      return {"CLOSED", Style::kWarning};
    case v1::WatchConnectionsResponse::KIND_JOINED:
      return {"JOINED", Style::kGood};
    case v1::WatchConnectionsResponse::KIND_LEFT:
      return {"LEFT", Style::kWarning};
    case v1::WatchConnectionsResponse::KIND_IDENTIFIED:
      return {"IDENTIFIED", Style::kGood};
    case v1::WatchConnectionsResponse::KIND_MISSED:
      return {"MISSED", Style::kBad};
    default:
      return {"UNKNOWN"};
  }
}

std::string Detail(const v1::WatchConnectionsResponse& change) {
  switch (change.kind()) {
    case v1::WatchConnectionsResponse::KIND_CLOSED:
      return fmt::format("{} {}", change.close_code(), change.close_reason());
    case v1::WatchConnectionsResponse::KIND_MISSED:
      return Counted(change.missed(), "change") + " left out; see `spanwire connections list`";
    default:
      return OrDash(change.connection().user_agent());
  }
}

void PrintChange(const v1::WatchConnectionsResponse& change, const Session& session, LiveTable& table) {
  const absl::Time at = change.has_at() ? TimeOf(change.at()) : session.Now();
  const v1::Connection& connection = change.connection();
  table.Print({Cell(absl::FormatTime("%H:%M:%S", at, session.zone())), ChangeCell(change.kind()),
               Cell(OrDash(connection.client_id())), Cell(OrDash(connection.user_id())),
               Cell(OrDash(connection.transport())), Cell(OrDash(connection.remote_address())), Cell(Detail(change))});
}

}  // namespace

CLI::App* DeclareWatch(CLI::App& group, WatchOptions& options) {
  CLI::App* command = group.add_subcommand("watch", "Follow connections as they open and close");
  DeclareFilter(*command, options.filter);
  return command->footer(kFooter);
}

ExitCode RunWatch(const WatchOptions& options, Session& session) {
  v1::WatchConnectionsRequest request;
  *request.mutable_filter() = ToFilter(options.filter);
  LiveTable table(
      session.out(), session.color(),
      {{"TIME", 8}, {"CHANGE", 6}, {"CLIENT", 15}, {"USER", 8}, {"TRANSPORT", 9}, {"REMOTE", 21}, {"DETAIL", 0}});
  const auto end = session.bridge().WatchConnections(request, [&](const v1::WatchConnectionsResponse& change) {
    if (session.json()) return session.PrintJsonLine(change);
    PrintChange(change, session, table);
    return session.Flush();
  });
  if (!end.ok()) return session.Fail("watch connections", end.status());
  if (*end == StreamEnd::kBridgeEnded) session.Note("The bridge ended the watch.");
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::connections

#include "cli/connections/show.h"

#include "CLI/Option.hpp"
#include "cli/humane.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::connections {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire connections show 4kTq9ZbW1x
  spanwire connections show 4kTq9ZbW1x -o json | jq .connection.subscriptions

Exits with 3 where no such connection is open. Global options: see `spanwire --help`.)";

Cell StateCell(v1::Subscription::State state) {
  switch (state) {
    case v1::Subscription::STATE_LIVE:
      return {"live", Style::kGood};
    case v1::Subscription::STATE_CATCHING_UP:
      return {"catching up", Style::kWarning};
    default:
      return {"unknown"};
  }
}

void PrintSubscriptions(const v1::Connection& connection, Session& session) {
  if (connection.subscriptions().empty()) return session.Note("No subscriptions.");
  Table table({"TOPIC", "STATE", "POSITION"});
  for (const v1::Subscription& subscription : connection.subscriptions()) {
    table.Add(
        {subscription.topic(), StateCell(subscription.state()), Cell(fmt::format("{}", subscription.position()))});
  }
  session.out() << '\n';
  table.Print(session.out(), session.color());
}

void PrintConnection(const v1::Connection& connection, Session& session) {
  const absl::Time now = session.Now();
  Block block;
  block.Add("Client", connection.client_id());
  block.Add("User", connection.waits_for_token() ? "not known yet, waits for a token" : OrDash(connection.user_id()));
  block.Add("Tenant", OrDash(connection.tenant_id()));
  block.Add("Transport", connection.transport());
  block.Add("Remote", connection.remote_address());
  block.Add("User agent", OrDash(connection.user_agent()));
  block.Add("Connected", Moment(connection.connected_at(), now, session.zone()));
  block.Add("Last seen", Moment(connection.last_seen_at(), now, session.zone()));
  block.Add("Sent", fmt::format("{}, {}", Counted(connection.messages_sent(), "message"),
                                HumaneBytes(connection.bytes_sent())));
  block.Add("Received", Counted(connection.messages_received(), "message"));
  block.Add("Queued", HumaneBytes(connection.queued_bytes()));
  block.Print(session.out(), session.color());
  PrintSubscriptions(connection, session);
}

}  // namespace

CLI::App* DeclareShow(CLI::App& group, ShowOptions& options) {
  CLI::App* command = group.add_subcommand("show", "Show one connection and its subscriptions");
  command->add_option("ID", options.client_id, "Client id, as `connections list` prints it")->required()->type_name("");
  return command->footer(kFooter);
}

ExitCode RunShow(const ShowOptions& options, Session& session) {
  v1::GetConnectionRequest request;
  request.set_client_id(options.client_id);
  const auto answer = session.bridge().GetConnection(request);
  if (!answer.ok()) return session.Fail("show connection " + options.client_id, answer.status());
  if (session.json()) return session.PrintJson(*answer);
  PrintConnection(answer->connection(), session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::connections

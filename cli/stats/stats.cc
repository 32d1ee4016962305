#include "cli/stats/stats.h"

#include "cli/humane.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::stats {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire stats
  watch -n1 spanwire stats
  spanwire stats -o json | jq -r .connections

Counters are of this bridge, since its start; without the role any_tenant the figures are your tenant's, and what is not
counted by tenant is left out. Below them, by the pattern of the topic policy: events that a throttle
left out, events that gave way to a newer one of their key, and clients closed for being too slow. Global options: see `spanwire --help`.)";

Cell Count(uint64_t value) {
  return {fmt::format("{}", value)};
}

// A counter that should stay at zero.
Cell Trouble(uint64_t value) {
  return {fmt::format("{}", value), value == 0 ? Style::kPlain : Style::kWarning};
}

void PrintStats(const v1::GetStatsResponse& answer, Session& session) {
  Block block;
  block.Add("Server", OrDash(answer.server()));
  block.Add("Node", OrDash(answer.node()));
  block.Add("Started", Moment(answer.started_at(), session.Now(), session.zone()));
  block.Add("Authentication", answer.secure() ? Cell("on", Style::kGood) : Cell("off", Style::kWarning));
  if (answer.own_tenant_only()) block.Add("Figures", "of your tenant only");
  block.Add("Connections", Count(answer.connections()));
  block.Add("Subscriptions", Count(answer.subscriptions()));
  block.Add("Topics", Count(answer.topics()));
  if (!answer.own_tenant_only()) {
    block.Add("Events published", Count(answer.events_published()));
    block.Add("Events rejected", Trouble(answer.events_rejected()));
    block.Add("Events duplicate", Count(answer.events_duplicate()));
    block.Add("Deliveries", Count(answer.deliveries()));
    block.Add("Slow consumers closed", Trouble(answer.slow_consumers_closed()));
  }
  block.Add("Queued", HumaneBytes(answer.queued_bytes()));
  block.Add("History", HumaneBytes(answer.history_bytes()));
  block.Print(session.out(), session.color());
}

// Only where there is something to see: most bridges throttle nothing.
void PrintPatterns(const v1::GetStatsResponse& answer, Session& session) {
  Table table({"PATTERN", "DROPPED", "CONFLATED", "SLOW-CLOSED"});
  for (const v1::PatternStats& stats : answer.patterns()) {
    if (stats.throttle_dropped() + stats.conflated() + stats.slow_closed() == 0) continue;
    table.Add(
        {stats.pattern(), Count(stats.throttle_dropped()), Count(stats.conflated()), Trouble(stats.slow_closed())});
  }
  if (table.empty()) return;
  session.out() << '\n';
  table.Print(session.out(), session.color());
}

}  // namespace

CLI::App* Declare(CLI::App& root, Options&) {
  return root.add_subcommand("stats", "Show the bridge's counters")->footer(kFooter);
}

ExitCode Run(const Options&, Session& session) {
  const auto answer = session.bridge().GetStats({});
  if (!answer.ok()) return session.Fail("get stats", answer.status());
  if (session.json()) return session.PrintJson(*answer);
  PrintStats(*answer, session);
  PrintPatterns(*answer, session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::stats

#include "cli/tail/tail.h"

#include <algorithm>

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "bridge/model/absl_view.h"
#include "bridge/model/cursor.h"
#include "cli/printable.h"
#include "cli/table.h"
#include "cli/tail/envelope.h"
#include "fmt/format.h"

namespace spanwire::cli::tail {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire tail stats logs
  spanwire tail logs --history 20
  spanwire tail orders:17 --since 7k3x-42 --count 1
  spanwire tail stats -o json | jq .data.cpu_pct

Prints events as browsers get them, one per line, until Ctrl-C (exit code 0). -o json prints each event's envelope.
Where a topic is followed from, and what is lost before it, is told on stderr. Global options: see `spanwire --help`.)";

// Prints what the bridge sends.
class Printer {
 public:
  Printer(const Options& options, Session& session)
      : options_(options),
        session_(session),
        table_(session.out(), session.color(),
               {{"TIME", 12}, {"TOPIC", TopicWidth(options)}, {"OFFSET", 6}, {"TYPE", 12}, {"DATA", 0}}) {}

  // False once there is nothing more to do.
  bool Take(const v1::TailTopicsResponse& answer) {
    const auto envelopes = ReadEnvelopes(answer.envelope_json());
    if (!envelopes.ok()) {
      session_.Fail("read an event", envelopes.status());
      return true;
    }
    for (const Envelope& envelope : *envelopes) {
      if (complete()) break;
      envelope.offset ? PrintEvent(envelope) : PrintControl(envelope);
    }
    return session_.Flush() && !complete();
  }

  bool complete() const { return options_.count != 0 && events_ >= options_.count; }

 private:
  static size_t TopicWidth(const Options& options) {
    size_t width = 0;
    for (const std::string& topic : options.topics) width = std::max(width, topic.size());
    return width;
  }

  void PrintEvent(const Envelope& envelope) {
    ++events_;
    if (session_.json()) {
      session_.out() << PrintableJson(envelope.json) << '\n';
      return;
    }
    const std::string type = envelope.event.empty() ? envelope.type : envelope.type + " " + envelope.event;
    table_.Print({Cell(TimeOfDay(envelope.timestamp)), Cell(envelope.topic), Cell(fmt::format("{}", *envelope.offset)),
                  Cell(type), Cell(envelope.data)});
  }

  void PrintControl(const Envelope& envelope) {
    if (options_.control && session_.json()) session_.out() << PrintableJson(envelope.json) << '\n';
    session_.Note(DescribeControl(envelope));
  }

  // With -o wide, and where it is no time, the timestamp as it is.
  std::string TimeOfDay(const std::string& timestamp) const {
    absl::Time time;
    if (session_.wide() || !absl::ParseTime(absl::RFC3339_full, timestamp, &time, nullptr)) return timestamp;
    return absl::FormatTime("%H:%M:%E3S", time, session_.zone());
  }

  const Options& options_;
  Session& session_;
  LiveTable table_;
  uint64_t events_ = 0;
};

ExitCode CodeFor(StreamEnd end, bool counted, const Printer& printer, Session& session) {
  if (end == StreamEnd::kBridgeEnded) session.Note("The bridge ended the stream.");
  if (!counted || printer.complete() || end == StreamEnd::kReaderHadEnough) return ExitCode::kOk;
  return end == StreamEnd::kInterrupted ? ExitCode::kInterrupted : ExitCode::kFailure;
}

}  // namespace

CLI::App* Declare(CLI::App& root, Options& options) {
  CLI::App* command = root.add_subcommand("tail", "Follow topics as subscribers see them");
  command->add_option("TOPIC", options.topics, "Names of topics, at most 128")->required()->type_name("");
  command->add_option("--tenant", options.tenant, "Of this tenant (default: your own)")->type_name("ID");
  CLI::Option* since = command->add_option("--since", options.since, "Start after this cursor")->type_name("CURSOR");
  command->add_option("--history", options.history, "First the last N events of each topic, at most 1000")
      ->type_name("N")
      ->check(CLI::Range(0, 1000).description(""))
      ->excludes(since);
  command->add_option("--count", options.count, "Stop after N events")
      ->type_name("N")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000'000}).description(""));
  command->add_flag("--control", options.control, "With -o json: also print control envelopes (`subscription`, ...)");
  return command->footer(kFooter);
}

ExitCode Run(const Options& options, Session& session) {
  if (!options.since.empty()) {
    const auto cursor = model::ParseCursor(options.since);
    if (!cursor.ok()) return session.Misused(fmt::format("--since: {}", model::ToStd(cursor.status().message())));
  }
  v1::TailTopicsRequest request;
  request.mutable_topics()->Assign(options.topics.begin(), options.topics.end());
  request.set_tenant_id(options.tenant);
  request.set_since(options.since);
  request.set_history(options.history);
  Printer printer(options, session);
  const auto end = session.bridge().TailTopics(
      request, [&printer](const v1::TailTopicsResponse& answer) { return printer.Take(answer); });
  if (!end.ok()) return session.Fail("tail topics", end.status());
  return CodeFor(*end, options.count != 0, printer, session);
}

}  // namespace spanwire::cli::tail

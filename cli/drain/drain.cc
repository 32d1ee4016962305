#include "cli/drain/drain.h"

#include "CLI/Option.hpp"
#include "cli/humane.h"
#include "fmt/format.h"

namespace spanwire::cli::drain {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire drain
  spanwire drain --yes --server 10.0.0.7:50051

The bridge does what it does on SIGTERM: /readyz fails, no new clients are let in, publishes in flight are finished,
clients are told to come back a little later (close code 1012), what is queued is sent, and the bridge exits with 0, by
its --drain-timeout at the latest. This command does not wait for that; `spanwire health` tells when it is gone.
Asks first where stdin is a terminal. Global options: see `spanwire --help`.)";

void PrintDrain(const v1::DrainResponse& answer, Session& session) {
  const absl::Duration timeout =
      absl::Seconds(answer.timeout().seconds()) + absl::Nanoseconds(answer.timeout().nanos());
  session.out() << fmt::format("{}: {} to tell, gone within {}\n",
                               answer.already_draining() ? "already draining" : "draining",
                               Counted(answer.connections(), "connection"), HumaneDuration(timeout));
}

}  // namespace

CLI::App* Declare(CLI::App& root, Options& options) {
  CLI::App* command = root.add_subcommand("drain", "End the bridge in order, as SIGTERM does");
  command->add_flag("--yes", options.yes, "Do not ask");
  return command->footer(kFooter);
}

ExitCode Run(const Options& options, Session& session) {
  if (!options.yes && session.in_is_terminal() && !session.Confirm("End this bridge?")) {
    session.Note("It goes on.");
    return ExitCode::kFailure;
  }
  const auto answer = session.bridge().Drain({});
  if (!answer.ok()) return session.Fail("drain the bridge", answer.status());
  if (session.json()) return session.PrintJson(*answer);
  PrintDrain(*answer, session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::drain

#include "cli/root.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"  // defines what App.hpp declares
#include "CLI/Error.hpp"
#include "CLI/Formatter.hpp"  // likewise
#include "cli/command_set.h"
#include "cli/completion/completion.h"
#include "cli/connections/close.h"
#include "cli/connections/list.h"
#include "cli/connections/show.h"
#include "cli/connections/watch.h"
#include "cli/context/commands.h"
#include "cli/context/store.h"
#include "cli/drain/drain.h"
#include "cli/global_options.h"
#include "cli/health/health.h"
#include "cli/printable.h"
#include "cli/publish/publish.h"
#include "cli/schema/list.h"
#include "cli/schema/show.h"
#include "cli/session.h"
#include "cli/stats/stats.h"
#include "cli/tail/tail.h"
#include "cli/token/check.h"
#include "cli/token/create.h"
#include "cli/token/revoke.h"
#include "cli/topics/history.h"
#include "cli/topics/list.h"
#include "cli/topics/show.h"
#include "cli/version.h"
#include "spanwire/security_options.h"

namespace spanwire::cli {
namespace {

constexpr char kRootFooter[] = R"(Examples:
  spanwire health
  spanwire connections list --user u-17
  spanwire publish stats --type stats_update --data '{"cpu_pct": 45.2}'
  spanwire tail stats -o json | jq .data.cpu_pct

Options may stand before or after the command. `spanwire COMMAND --help` tells more.

Exit codes:
  0    done; also when Ctrl-C ends `tail` or `connections watch`
  1    it failed
  2    wrong use: bad flags, bad JSON in --data, input that the bridge finds invalid
  3    not found
  4    not authenticated, or not permitted
  5    the bridge is not reached, does not answer in time or cannot take it now
  130  interrupted before it was done)";

CLI::App* AddGroup(CLI::App& root, const char* name, const char* description) {
  return root.add_subcommand(name, description)->require_subcommand(1);
}

void DeclareCommands(CLI::App& root, const GlobalOptions& options, CommandSet& commands) {
  CLI::App& connections = *AddGroup(root, "connections", "See and close the connections of subscribers");
  commands.Add(connections, connections::DeclareList, connections::RunList);
  commands.Add(connections, connections::DeclareShow, connections::RunShow);
  commands.Add(connections, connections::DeclareWatch, connections::RunWatch);
  commands.Add(connections, connections::DeclareClose, connections::RunClose);
  CLI::App& topics = *AddGroup(root, "topics", "See topics, their subscribers and their history");
  commands.Add(topics, topics::DeclareList, topics::RunList);
  commands.Add(topics, topics::DeclareShow, topics::RunShow);
  commands.Add(topics, topics::DeclareHistory, topics::RunHistory);
  commands.Add(root, publish::Declare, publish::Run);
  commands.Add(root, tail::Declare, tail::Run);
  commands.Add(root, stats::Declare, stats::Run);
  CLI::App& schema = *AddGroup(root, "schema", "See the message types that can be published");
  commands.Add(schema, schema::DeclareList, schema::RunList);
  commands.Add(schema, schema::DeclareShow, schema::RunShow);
  CLI::App& token = *AddGroup(root, "token", "Sign and explain tokens, for development, and revoke them");
  commands.Add(token, token::DeclareCreate, token::RunCreate);
  commands.Add(token, token::DeclareCheck, token::RunCheck);
  commands.Add(token, token::DeclareRevoke, token::RunRevoke);
  CLI::App& contexts = *AddGroup(root, "context", "Keep bridges, and how to be let in, under names");
  const auto added = std::make_shared<context::NameOption>();
  commands.Add(*context::DeclareAdd(contexts, *added),
               [added, &options](Session& session) { return context::RunAdd(*added, options, session); });
  commands.Add(contexts, context::DeclareUse, context::RunUse);
  commands.Add(contexts, context::DeclareList, context::RunList);
  commands.Add(contexts, context::DeclareRemove, context::RunRemove);
  commands.Add(root, health::Declare, health::Run);
  commands.Add(root, drain::Declare, drain::Run);
  completion::Add(root, commands);
}

// The last command parsed, such as `list` of "connections list".
const CLI::App& Deepest(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().back();
  return *app;
}

// As typed: "spanwire connections list".
std::string PathOf(const CLI::App& app) {
  return (app.get_parent() == nullptr ? "" : PathOf(*app.get_parent()) + " ") + app.get_name();
}

// A sentence for a word that is no command here, or a command that is missing; empty where that is not the trouble.
std::string CommandTrouble(const CLI::App& root) {
  std::string names;
  for (const CLI::App* command : Deepest(root).get_subcommands(nullptr)) {
    names.append(names.empty() ? "" : ", ").append(command->get_name());
  }
  if (names.empty()) return "";
  for (const std::string& word : root.remaining(/*recurse=*/true)) {
    if (!word.starts_with('-')) return fmt::format("unknown command '{}'; there are: {}", word, names);
  }
  return "which command? One of: " + names;
}

ExitCode Stop(const CLI::App& root, const CLI::ParseError& stop, Streams& streams) {
  if (stop.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    root.exit(stop, streams.out, streams.err);  // --help or --version
    return ExitCode::kOk;
  }
  const bool required = stop.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
  const std::string trouble = required ? CommandTrouble(root) : "";
  streams.err << "error: " << Printable(trouble.empty() ? stop.what() : trouble) << "\nSee `" << PathOf(Deepest(root))
              << " --help`." << std::endl;
  return ExitCode::kUsage;
}

}  // namespace

ExitCode RunCommandLine(std::vector<std::string> arguments, Streams& streams, const model::Clock& clock,
                        absl::TimeZone zone) {
  CLI::App root("Sees and steers a Spanwire bridge: who is connected, what is published, and what subscribers get.",
                "spanwire");
  root.get_formatter()->label("SUBCOMMAND", "COMMAND");
  root.get_formatter()->label("Subcommands", "Commands");
  root.fallthrough()->require_subcommand(1)->footer(kRootFooter);
  root.set_version_flag("--version", std::string("spanwire ") + kVersion, "Print the version and exit");
  GlobalOptions options;
  DeclareGlobalOptions(root, options);
  CommandSet commands;
  DeclareCommands(root, options, commands);
  try {
    std::reverse(arguments.begin(), arguments.end());  // the order in which CLI11 takes them
    root.parse(std::move(arguments));
  } catch (const CLI::ParseError& stop) {
    return Stop(root, stop, streams);
  }
  GlobalOptions effective = options;
  CompleteSecurity(effective.security);
  absl::StatusOr<BridgeClient::Destination> destination = absl::UnknownError("");
  if (const absl::StatusOr<GlobalOptions> resolved = context::Resolve(effective); resolved.ok()) {
    effective = *resolved;
    destination = BridgeClient::Destination{.server = effective.server, .security = effective.security};
  } else {
    // Told by the first command that needs a bridge: others do without.
    destination = resolved.status();
  }
  BridgeClient bridge(std::move(destination), effective.timeout, streams.out_descriptor);
  Session session(effective, streams, bridge, clock, zone);
  return commands.run()(session);
}

}  // namespace spanwire::cli

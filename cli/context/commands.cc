#include "cli/context/commands.h"

#include <algorithm>
#include <filesystem>

#include "CLI/Option.hpp"
#include "boost/json/array.hpp"
#include "boost/json/object.hpp"
#include "boost/json/serialize.hpp"
#include "bridge/model/absl_view.h"
#include "cli/context/store.h"
#include "cli/humane.h"
#include "cli/printable.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::context {
namespace {

constexpr char kAddFooter[] = R"(Examples:
  spanwire context add prod --server bridge.example:50051 --ca ca.pem --token-file ~/.spanwire-token
  spanwire context use prod

Keeps the bridge's address and how to be let in under a name, in $XDG_CONFIG_HOME/spanwire/contexts.json (by default
~/.config), which only you may read. Files are kept by their path and read with each command, so a token that is
renewed is never missed. Flags and variables beat the context. Its token and certificate are for its own bridge: with
another --server (or SPANWIRE_SERVER) they stay where they are, and you are told.)";

constexpr size_t kMaxNameBytes = 64;

bool IsName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameBytes && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

// So that the context is good from every folder.
void MakeAbsolute(std::string& path) {
  if (!path.empty()) path = std::filesystem::absolute(path).lexically_normal().string();
}

CLI::App* DeclareNamed(CLI::App& group, const char* verb, const char* help, NameOption& options) {
  CLI::App* command = group.add_subcommand(verb, help);
  command->add_option("NAME", options.name, "The context")->type_name("")->required();
  return command;
}

// Loads, changes and saves; `change` says false where there is no such context.
template <class Change>
ExitCode Edit(Session& session, const std::string& name, Change change) {
  const std::string path = StorePath();
  absl::StatusOr<Contexts> contexts = Load(path);
  if (!contexts.ok()) return session.Misused(model::ToStd(contexts.status().message()));
  if (!change(*contexts)) {
    session.Note(fmt::format("error: no context '{}': `spanwire context list` shows them", name));
    return ExitCode::kNotFound;
  }
  const absl::Status saved = Save(*contexts, path);
  return saved.ok() ? ExitCode::kOk : session.Misused(model::ToStd(saved.message()));
}

const char* Shows(const Security& security) {
  if (!security.token.empty() || !security.token_file.empty()) return "token";
  return security.cert.empty() ? "" : "certificate";
}

}  // namespace

CLI::App* DeclareAdd(CLI::App& group, NameOption& options) {
  return DeclareNamed(group, "add", "Keep --server, --token-file, --ca ... under a name", options)->footer(kAddFooter);
}

CLI::App* DeclareUse(CLI::App& group, NameOption& options) {
  return DeclareNamed(group, "use", "Make a context the one that counts without flags", options);
}

CLI::App* DeclareRemove(CLI::App& group, NameOption& options) {
  return DeclareNamed(group, "remove", "Forget a context", options);
}

CLI::App* DeclareList(CLI::App& group, ListOptions&) {
  return group.add_subcommand("list", "Show the contexts");
}

ExitCode RunAdd(const NameOption& options, const GlobalOptions& given, Session& session) {
  if (!IsName(options.name)) {
    return session.Misused(fmt::format("'{}' is no name: 1 to 64 of a-z, A-Z, 0-9, '.', '_' and '-'", options.name));
  }
  if (!given.server_given) return session.Misused("which bridge? Give --server");
  Context context{.server = given.server, .security = given.security};
  for (std::string* path :
       {&context.security.ca, &context.security.cert, &context.security.key, &context.security.token_file}) {
    MakeAbsolute(*path);
  }
  return Edit(session, options.name, [&](Contexts& contexts) {
    contexts.by_name.insert_or_assign(options.name, context);
    return true;
  });
}

ExitCode RunUse(const NameOption& options, Session& session) {
  return Edit(session, options.name, [&](Contexts& contexts) {
    if (!contexts.by_name.contains(options.name)) return false;
    contexts.current = options.name;
    return true;
  });
}

ExitCode RunRemove(const NameOption& options, Session& session) {
  return Edit(session, options.name, [&](Contexts& contexts) {
    if (contexts.by_name.erase(options.name) == 0) return false;
    if (contexts.current == options.name) contexts.current.clear();
    return true;
  });
}

ExitCode RunList(const ListOptions&, Session& session) {
  const absl::StatusOr<Contexts> contexts = Load(StorePath());
  if (!contexts.ok()) return session.Misused(model::ToStd(contexts.status().message()));
  if (session.json()) {
    boost::json::array list;
    for (const auto& [name, context] : contexts->by_name) {
      list.push_back(boost::json::object{{"name", name},
                                         {"current", name == contexts->current},
                                         {"server", context.server},
                                         {"tls", UsesTls(context.security)},
                                         {"shows", Shows(context.security)}});
    }
    session.out() << PrintableJson(boost::json::serialize(boost::json::object{{"contexts", std::move(list)}})) << '\n';
    return ExitCode::kOk;
  }
  Table table({"CURRENT", "NAME", "SERVER", "TLS", "SHOWS"});
  for (const auto& [name, context] : contexts->by_name) {
    table.Add({name == contexts->current ? "*" : "", name, context.server, UsesTls(context.security) ? "yes" : "no",
               OrDash(Shows(context.security))});
  }
  if (table.empty()) {
    session.Note("No contexts yet: `spanwire context add NAME --server HOST:PORT` makes one.");
  } else {
    table.Print(session.out(), session.color());
  }
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::context

#pragma once

#include <string>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::context {

// `spanwire context add NAME`, `use NAME`, `remove NAME`
struct NameOption {
  std::string name;
};
// `spanwire context list`
struct ListOptions {};

CLI::App* DeclareAdd(CLI::App& group, NameOption& options);
CLI::App* DeclareUse(CLI::App& group, NameOption& options);
CLI::App* DeclareRemove(CLI::App& group, NameOption& options);
CLI::App* DeclareList(CLI::App& group, ListOptions& options);

// Keeps what `given`, the global options of this command line, say of a bridge. kUsage where they say nothing that can
// be kept, or where the file cannot be read or written.
ExitCode RunAdd(const NameOption& options, const GlobalOptions& given, Session& session);
// kNotFound where there is no such context, as RunRemove.
ExitCode RunUse(const NameOption& options, Session& session);
ExitCode RunRemove(const NameOption& options, Session& session);
// Names, addresses and whether there is a token; never the token.
ExitCode RunList(const ListOptions& options, Session& session);

}  // namespace spanwire::cli::context

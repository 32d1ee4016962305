#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "cli/connections/filter.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::connections {

// `spanwire connections close`
struct CloseOptions {
  std::vector<std::string> client_ids;
  FilterOptions filter;
  bool all = false;
  bool yes = false;
  std::string reason;
  bool reconnect = false;
};

CLI::App* DeclareClose(CLI::App& group, CloseOptions& options);

// kNotFound where an id that was named is not open. On a terminal, --all asks first unless --yes.
ExitCode RunClose(const CloseOptions& options, Session& session);

}  // namespace spanwire::cli::connections

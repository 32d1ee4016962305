#pragma once

#include "CLI/App.hpp"
#include "cli/connections/filter.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::connections {

// `spanwire connections watch`
struct WatchOptions {
  FilterOptions filter;
};

CLI::App* DeclareWatch(CLI::App& group, WatchOptions& options);

// Runs until Ctrl-C, which is how a watch is meant to end: that is success.
ExitCode RunWatch(const WatchOptions& options, Session& session);

}  // namespace spanwire::cli::connections

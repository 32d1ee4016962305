#pragma once

#include "CLI/App.hpp"
#include "cli/connections/filter.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::connections {

// `spanwire connections list`
struct ListOptions {
  FilterOptions filter;
  int limit = 0;  // 0: all
};

CLI::App* DeclareList(CLI::App& group, ListOptions& options);
ExitCode RunList(const ListOptions& options, Session& session);

}  // namespace spanwire::cli::connections

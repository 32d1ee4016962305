#pragma once

#include <string>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::topics {

// `spanwire topics list [PATTERN]`
struct ListOptions {
  std::string pattern;
  std::string tenant;
  int limit = 0;  // 0: all
};

CLI::App* DeclareList(CLI::App& group, ListOptions& options);
ExitCode RunList(const ListOptions& options, Session& session);

}  // namespace spanwire::cli::topics

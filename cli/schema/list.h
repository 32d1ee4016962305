#pragma once

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::schema {

// `spanwire schema list`
struct ListOptions {
  bool all = false;
};

CLI::App* DeclareList(CLI::App& group, ListOptions& options);
ExitCode RunList(const ListOptions& options, Session& session);

}  // namespace spanwire::cli::schema

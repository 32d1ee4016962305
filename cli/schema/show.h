#pragma once

#include <string>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::schema {

// `spanwire schema show NAME`
struct ShowOptions {
  std::string name;
};

CLI::App* DeclareShow(CLI::App& group, ShowOptions& options);
ExitCode RunShow(const ShowOptions& options, Session& session);

}  // namespace spanwire::cli::schema

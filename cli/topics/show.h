#pragma once

#include <string>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::topics {

// `spanwire topics show TOPIC`
struct ShowOptions {
  std::string topic;
  std::string tenant;
};

CLI::App* DeclareShow(CLI::App& group, ShowOptions& options);
ExitCode RunShow(const ShowOptions& options, Session& session);

}  // namespace spanwire::cli::topics

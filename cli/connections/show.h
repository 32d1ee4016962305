#pragma once

#include <string>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::connections {

// `spanwire connections show ID`
struct ShowOptions {
  std::string client_id;
};

CLI::App* DeclareShow(CLI::App& group, ShowOptions& options);
ExitCode RunShow(const ShowOptions& options, Session& session);

}  // namespace spanwire::cli::connections

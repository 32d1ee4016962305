#pragma once

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::stats {

// `spanwire stats`
struct Options {};

CLI::App* Declare(CLI::App& root, Options& options);
ExitCode Run(const Options& options, Session& session);

}  // namespace spanwire::cli::stats

#pragma once

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::drain {

// `spanwire drain`
struct Options {
  bool yes = false;
};

CLI::App* Declare(CLI::App& root, Options& options);
ExitCode Run(const Options& options, Session& session);

}  // namespace spanwire::cli::drain

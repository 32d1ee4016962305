#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::health {

// `spanwire health [SERVICE...]`
struct Options {
  std::vector<std::string> services;  // none: the bridge as a whole, and those of its services it tells of
};

CLI::App* Declare(CLI::App& root, Options& options);

// kOk where all asked for are serving, kFailure where one is not, kNotFound where the bridge does not know one that was
// named, kUnavailable where the bridge is not reached.
ExitCode Run(const Options& options, Session& session);

}  // namespace spanwire::cli::health

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::tail {

// `spanwire tail TOPIC...`
struct Options {
  std::vector<std::string> topics;
  std::string tenant;
  std::string since;     // a cursor
  uint32_t history = 0;  // events of each topic before the live ones
  uint64_t count = 0;    // events to print; 0: until Ctrl-C
  bool control = false;
};

CLI::App* Declare(CLI::App& root, Options& options);

// Ctrl-C is how a tail without --count is meant to end: that is success. With --count, an end before the last event is
// kInterrupted (Ctrl-C) or kFailure (the bridge ended it).
ExitCode Run(const Options& options, Session& session);

}  // namespace spanwire::cli::tail

#pragma once

#include <string>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::publish {

// `spanwire publish [TOPIC]`
struct Options {
  std::string topic;
  std::string type;
  std::string data;     // JSON, @file or -
  std::string message;  // full name of a message type; empty: `data` is passed on as it is
  std::string id;
  std::string tenant;
  std::string entity_id;
  std::string entity_kind;
  std::string user;
  std::string trace_id;
};

CLI::App* Declare(CLI::App& root, Options& options);

// Reads and checks everything before it calls the bridge, so that bad input publishes nothing.
ExitCode Run(const Options& options, Session& session);

}  // namespace spanwire::cli::publish

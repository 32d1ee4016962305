#pragma once

#include <cstdint>
#include <string>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::topics {

// `spanwire topics history TOPIC`
struct HistoryOptions {
  std::string topic;
  std::string tenant;
  int limit = 100;
  uint64_t after = 0;
};

CLI::App* DeclareHistory(CLI::App& group, HistoryOptions& options);
ExitCode RunHistory(const HistoryOptions& options, Session& session);

}  // namespace spanwire::cli::topics

#pragma once

#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::cli::connections {

// Which connections a command is about. All that are given must match.
struct FilterOptions {
  std::string user;
  std::optional<std::string> tenant;  // empty text: the default tenant
  std::string topic;
  std::string transport;

  bool empty() const { return user.empty() && !tenant && topic.empty() && transport.empty(); }
};

// Declares --user, --tenant, --topic and --transport.
void DeclareFilter(CLI::App& command, FilterOptions& options);

v1::ConnectionFilter ToFilter(const FilterOptions& options);

}  // namespace spanwire::cli::connections

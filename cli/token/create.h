#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/time/time.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::token {

// `spanwire token create`
struct CreateOptions {
  std::string subject;
  std::string tenant;
  std::vector<std::string> topics;
  std::vector<std::string> publish;
  std::vector<std::string> roles;
  std::string issuer;
  std::vector<std::string> audiences;
  std::string id;  // empty: a random one
  absl::Duration lifetime = absl::Hours(1);
  absl::Duration delay;  // until it begins to count; zero: at once
  std::string secret_file;
  std::string key_file;
  std::string algorithm;  // empty: HS256, or the usual one of the key
  std::string kid;
  std::string jwks_file;  // of a bridge's settings, with a secret to sign with; empty: none
  std::string config;     // a bridge's settings file; empty: none
};

CLI::App* DeclareCreate(CLI::App& group, CreateOptions& options);

// Signs a token here, without a bridge, and prints it alone on stdout. kUsage where a file, a claim or the algorithm is
// wrong.
ExitCode RunCreate(const CreateOptions& given, Session& session);

}  // namespace spanwire::cli::token

#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::token {

// `spanwire token check [TOKEN]`
struct CheckOptions {
  std::string token;  // empty or `-`: stdin
  std::string secret_file;
  std::string algorithm = "HS256";  // of the secret
  std::vector<std::string> public_keys;
  std::string jwks;
  std::string issuer;
  std::vector<std::string> audiences;
  std::string config;  // a bridge's settings file, by whose keys and rules the token is judged; empty: none
};

CLI::App* DeclareCheck(CLI::App& group, CheckOptions& options);

// Explains a token by the rules of the bridge, without one. kOk where it counts, kDenied where it does not, kFailure
// where no key was given that could tell, kUsage for bad flags and files.
ExitCode RunCheck(const CheckOptions& options, Session& session);

}  // namespace spanwire::cli::token

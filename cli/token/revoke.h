#pragma once

#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "absl/time/time.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli::token {

// `spanwire token revoke`
struct RevokeOptions {
  std::string token_id;
  std::string user;
  std::string tenant;                      // empty: the caller's own
  std::optional<absl::Time> issued_until;  // of a user; none: now
  std::optional<absl::Duration> remember;  // none: for ever
};

CLI::App* DeclareRevoke(CLI::App& group, RevokeOptions& options);

// Has the bridge revoke a token or a user's tokens and tells what that ended.
ExitCode RunRevoke(const RevokeOptions& options, Session& session);

}  // namespace spanwire::cli::token

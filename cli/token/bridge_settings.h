#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "bridge/config/config.h"
#include "cli/token/check.h"
#include "cli/token/create.h"

namespace spanwire::cli::token {

// The [auth] section of a bridge's settings file. INVALID_ARGUMENT with a sentence where the file is bad or has none.
absl::StatusOr<config::AuthSettings> ReadAuthSettings(const std::string& path);

// Fills in what `options` leave open so that a bridge with these settings takes the token: the secret, the issuer and
// the audience. INVALID_ARGUMENT where the bridge knows public keys only, whose private halves it does not have, or
// where its keys cannot be read.
absl::Status SignAsFor(const config::AuthSettings& auth, CreateOptions* options);

}  // namespace spanwire::cli::token

#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bridge/auth/claims.h"
#include "bridge/auth/signing_key.h"

namespace spanwire::auth {

// The claims as the JSON of a payload, for ReadClaims to read back: those that are empty or unset are left out, times
// are whole seconds.
std::string WriteClaims(const Claims& claims);

// Signs a payload: a token in compact form with the header {"alg", "typ": "JWT", "kid"?}.
absl::StatusOr<std::string> MintToken(std::string_view payload, std::string_view kid, const SigningKey& key);

// Signs any header, as it is; for tests of what no issuer would write.
absl::StatusOr<std::string> MintWithHeader(std::string_view header, std::string_view payload, const SigningKey& key);

}  // namespace spanwire::auth

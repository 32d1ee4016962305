#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "bridge/auth/hmac_secret.h"

namespace spanwire::cli::token {

// A secret (`kty` "oct") of a JWK Set, and how a token that is signed with it says so.
struct JwksSecret {
  auth::HmacSecret secret;
  auth::HmacAlgorithm algorithm;
  std::string kid;  // may be empty
};

// The first secret of the file that has this `kid` (any where it is empty) and serves this algorithm (where it is empty
// the first of HS256, HS384 and HS512). INVALID_ARGUMENT where the file is bad, NOT_FOUND where it has none such.
absl::StatusOr<JwksSecret> FindSecret(const std::string& jwks_file, const std::string& kid,
                                      const std::string& algorithm);

}  // namespace spanwire::cli::token

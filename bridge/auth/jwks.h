#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/auth/key_set.h"

namespace spanwire::auth {

// The keys of a JWK Set and what was left out of it.
struct Jwks {
  std::vector<VerificationKey> keys;
  std::vector<std::string> ignored;  // a sentence for each key that is of no use here
};

// Reads a JWK Set (RFC 7517, section 5). Of each key `kty`, `kid`, `alg`, `use`, `key_ops`, `crv` and its public
// numbers count (RFC 7518, section 6; RFC 8037, section 2); `alg` binds it to one algorithm.
//
// A key that a token cannot be signed with (encryption, another kind, curve or algorithm) is left out, since issuers
// list all they have. A key that could be used but is wrong (a bad number, a short secret, an `alg` of another kind) is
// an error of the whole: somebody meant it to work. So is any private key, which was given by mistake, and a secret
// that is a public key. INVALID_ARGUMENT with a sentence; no error holds a secret.
absl::StatusOr<Jwks> ParseJwks(std::string_view text);

}  // namespace spanwire::auth

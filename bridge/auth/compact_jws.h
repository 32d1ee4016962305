#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bridge/auth/algorithm.h"

namespace spanwire::auth {

// A token taken apart (RFC 7515, section 7.1) before anything is known of its truth.
struct CompactJws {
  Algorithm algorithm;
  std::string kid;                   // names the key; empty where the header has none
  std::string header;                // its JSON
  std::string_view signing_input;    // what is signed; points into the token
  std::string_view encoded_payload;  // as base64url; points into the token
  std::string signature;             // bytes
};

// Reads what may be read without a key: the shape and the header. The payload stays as it is, since nobody has vouched
// for it; the bytes of the signature may be anything.
//
// Of the header `alg` and `kid` count. A key or the place of one that a token brings along (`jwk`, `jku`, `x5c`, `x5u`)
// is never used. Refused, with a reason of refusal.h: over `max_bytes`, no three parts of strict base64url, a header
// that is no strict JSON object (strict_json.h), `alg` missing or not one of ours, any `crit` (RFC 7515, section
// 4.1.11: none is understood), `kid` or `typ` that is no string.
//
// `token` must outlive the result.
absl::StatusOr<CompactJws> ParseCompactJws(std::string_view token, size_t max_bytes);

// The payload's bytes, which count only once a signature over them has been verified. TOKEN_MALFORMED.
absl::StatusOr<std::string> DecodePayload(const CompactJws& jws);

}  // namespace spanwire::auth

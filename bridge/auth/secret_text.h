#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace spanwire::auth {

// Whether `text`, which is given as an HMAC secret, is one as far as can be told: INVALID_ARGUMENT with a sentence
// where it is a key or certificate in PEM, DER (also as base64, as identity providers show it), JWK or ssh's form.
// Whoever knows that public key, which is everybody, could sign tokens with it.
absl::Status CheckIsNoKey(std::string_view text);

}  // namespace spanwire::auth

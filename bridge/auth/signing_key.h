#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "bridge/auth/algorithm.h"
#include "bridge/auth/hmac_secret.h"
#include "bridge/auth/openssl.h"

namespace spanwire::auth {

// What tokens are signed with: a secret or a private key, and the algorithm to use it with. For development and tests;
// in production an identity provider signs. One thread at a time.
class SigningKey {
 public:
  // INVALID_ARGUMENT with a sentence where the secret is too short for the algorithm.
  static absl::StatusOr<SigningKey> FromSecret(std::string_view secret, HmacAlgorithm algorithm);
  // The same where the secret does not serve the algorithm.
  static absl::StatusOr<SigningKey> FromSecret(HmacSecret secret, HmacAlgorithm algorithm);
  // From a PEM text with a private key that is not encrypted. Same checks as PublicKey's. `algorithm` must be one of
  // the key's family.
  static absl::StatusOr<SigningKey> FromPem(std::string_view pem, PublicKeyAlgorithm algorithm);
  // With the usual algorithm of the key's family: RS256, ES256, ES384 or EdDSA.
  static absl::StatusOr<SigningKey> FromPem(std::string_view pem);

  Algorithm algorithm() const { return algorithm_; }
  // The signature over `input`, in the form that JOSE gives it.
  absl::StatusOr<std::string> Sign(std::string_view input) const;
  // The public half as PEM; empty for a secret.
  std::string PublicPem() const;

 private:
  using Material = std::variant<HmacSecret, PkeyPtr>;

  SigningKey(Material material, Algorithm algorithm) : material_(std::move(material)), algorithm_(algorithm) {}

  Material material_;
  Algorithm algorithm_;
};

}  // namespace spanwire::auth

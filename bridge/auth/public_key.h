#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/auth/algorithm.h"
#include "bridge/auth/openssl.h"

namespace spanwire::auth {

// The public half of a key pair, for the algorithms of its family. Immutable; any thread.
//
// Each is checked when it is made: RSA of 2048 to 8192 bits (RFC 7518, section 3.3), a point that lies on its curve.
// Errors are INVALID_ARGUMENT with a sentence.
class PublicKey {
 public:
  // All the keys of a PEM text, at least one: blocks `PUBLIC KEY` (SubjectPublicKeyInfo). A text that holds anything
  // else, such as a private key, is refused as a whole: it was given by mistake.
  static absl::StatusOr<std::vector<PublicKey>> FromPem(std::string_view pem);

  // From the numbers of a JWK (RFC 7518, section 6; RFC 8037, section 2), as big-endian bytes.
  static absl::StatusOr<PublicKey> FromRsa(std::string_view modulus, std::string_view exponent);
  // `family` is kP256 or kP384.
  static absl::StatusOr<PublicKey> FromEcPoint(PublicKeyFamily family, std::string_view x, std::string_view y);
  static absl::StatusOr<PublicKey> FromEd25519(std::string_view bytes);
  // Takes the public half of a key that was made elsewhere.
  static absl::StatusOr<PublicKey> FromPkey(PkeyPtr pkey);

  // The same key for one algorithm of its family alone; INVALID_ARGUMENT for one of another family.
  absl::StatusOr<PublicKey> BoundTo(PublicKeyAlgorithm only) &&;

  PublicKeyFamily family() const { return family_; }
  bool Serves(PublicKeyAlgorithm algorithm) const;
  // Whether `signature`, in the form that JOSE gives it (for ECDSA the two numbers side by side, RFC 7518,
  // section 3.4), was made over `input`. False where the algorithm is not served.
  bool Verify(PublicKeyAlgorithm algorithm, std::string_view input, std::string_view signature) const;

 private:
  PublicKey(PkeyPtr pkey, PublicKeyFamily family) : pkey_(std::move(pkey)), family_(family) {}

  PkeyPtr pkey_;
  PublicKeyFamily family_;
  std::optional<PublicKeyAlgorithm> only_;
};

// The family of an OpenSSL key, public or private; INVALID_ARGUMENT where no algorithm of ours uses it.
absl::StatusOr<PublicKeyFamily> FamilyOf(const EVP_PKEY& pkey);

// The digest to sign with; null for EdDSA, which has its own.
const EVP_MD* DigestOf(PublicKeyAlgorithm algorithm);

// Bytes of each of the two numbers of an ECDSA signature; 0 for algorithms that are no ECDSA.
size_t EcdsaNumberBytes(PublicKeyAlgorithm algorithm);

}  // namespace spanwire::auth

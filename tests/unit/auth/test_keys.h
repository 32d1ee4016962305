#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "bridge/auth/signing_key.h"
#include "bridge/model/error.h"

namespace spanwire::auth::testing {

// Keys of this process, made when first asked for, each the same every time. Private keys as PEM.
const std::string& RsaPem();
const std::string& OtherRsaPem();
const std::string& P256Pem();
const std::string& P384Pem();
const std::string& Ed25519Pem();

// Makes a key that nobody else has; `size_or_curve` as EVP_PKEY_Q_keygen takes it.
std::string NewRsaPem(size_t bits);
std::string NewEcPem(const char* curve);
std::string NewPem(const char* type);

// 64 bytes, long enough for each HMAC.
inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// The key of a PEM text, for the usual algorithm of its family or the given one.
SigningKey KeyOf(const std::string& pem);
SigningKey KeyOf(const std::string& pem, PublicKeyAlgorithm algorithm);
SigningKey SecretKey(HmacAlgorithm algorithm = HmacAlgorithm::kHs256, std::string_view secret = kSecret);

// The public half of a private PEM.
std::string PublicPemOf(const std::string& pem);
// As a JWK, with `more` members in front, such as `"kid":"a",`.
std::string JwkOf(const std::string& pem, std::string_view more = {});

inline std::string ReasonOf(const absl::Status& status) {
  return model::DetailOf(status).reason;
}

}  // namespace spanwire::auth::testing

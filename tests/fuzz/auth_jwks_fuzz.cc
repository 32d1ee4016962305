// Key files as issuers and operators write them, as a JWK Set and as PEM: keys that can be used, or a sentence.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <openssl/err.h>

#include "bridge/auth/jwks.h"
#include "bridge/auth/public_key.h"

namespace spanwire::auth {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

// No key that was read takes a signature of nothing.
void CheckKey(const PublicKey& key) {
  for (const PublicKeyAlgorithm algorithm : {PublicKeyAlgorithm::kRs256, PublicKeyAlgorithm::kEs256,
                                             PublicKeyAlgorithm::kEs384, PublicKeyAlgorithm::kEdDsa}) {
    Check(!key.Verify(algorithm, "input", ""));
    Check(!key.Verify(algorithm, "input", std::string(96, '\0')));
  }
}

void CheckStatus(const absl::Status& status) {
  if (!status.ok()) Check(status.code() == absl::StatusCode::kInvalidArgument && !status.message().empty());
}

}  // namespace
}  // namespace spanwire::auth

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto jwks = ParseJwks(text);
  CheckStatus(jwks.status());
  if (jwks.ok()) {
    for (const VerificationKey& key : jwks->keys) {
      if (const auto* pair = std::get_if<PublicKey>(&key.material)) CheckKey(*pair);
    }
  }
  const auto pem = PublicKey::FromPem(text);
  CheckStatus(pem.status());
  if (pem.ok()) {
    for (const PublicKey& key : *pem) CheckKey(key);
  }
  Check(ERR_peek_error() == 0);
  return 0;
}

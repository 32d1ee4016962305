#include "cli/token/jwks_secret.h"

#include <variant>

#include "bridge/auth/key_files.h"
#include "fmt/format.h"

namespace spanwire::cli::token {

using auth::HmacAlgorithm;

absl::StatusOr<JwksSecret> FindSecret(const std::string& jwks_file, const std::string& kid,
                                      const std::string& algorithm) {
  const absl::StatusOr<auth::LoadedKeys> loaded = auth::LoadKeys({.jwks = {.path = jwks_file}});
  if (!loaded.ok()) return loaded.status();
  for (const auth::VerificationKey& key : loaded->keys.keys()) {
    const auto* secret = std::get_if<auth::HmacSecret>(&key.material);
    if (secret == nullptr || (!kid.empty() && key.kid != kid)) continue;
    for (const HmacAlgorithm each : {HmacAlgorithm::kHs256, HmacAlgorithm::kHs384, HmacAlgorithm::kHs512}) {
      if (!secret->Serves(each) || (!algorithm.empty() && algorithm != auth::NameOf(each))) continue;
      return JwksSecret{.secret = *secret, .algorithm = each, .kid = key.kid};
    }
  }
  return absl::NotFoundError(fmt::format("{} has no such secret", jwks_file));
}

}  // namespace spanwire::cli::token

#include "cli/token/bridge_settings.h"

#include "bridge/config/config_file.h"
#include "cli/token/jwks_secret.h"
#include "fmt/format.h"

namespace spanwire::cli::token {

absl::StatusOr<config::AuthSettings> ReadAuthSettings(const std::string& path) {
  config::Config config;
  const absl::Status read = config::ReadConfigFile(path, &config);
  if (!read.ok()) return absl::InvalidArgumentError(read.message());
  if (!config.auth.enabled()) {
    return absl::InvalidArgumentError(
        fmt::format("{} has no section [auth] with keys: a bridge with it asks nobody for a token", path));
  }
  return config.auth;
}

absl::Status SignAsFor(const config::AuthSettings& auth, CreateOptions* options) {
  if (options->issuer.empty()) options->issuer = auth.issuer;
  if (options->audiences.empty() && !auth.audiences.empty()) options->audiences = {auth.audiences.front()};
  if (!options->secret_file.empty() || !options->key_file.empty()) return absl::OkStatus();
  const struct {
    const std::string& path;
    const char* algorithm;
  } secrets[] = {
      {auth.hs256_secret_file, "HS256"}, {auth.hs384_secret_file, "HS384"}, {auth.hs512_secret_file, "HS512"}};
  for (const auto& secret : secrets) {
    if (secret.path.empty() || (!options->algorithm.empty() && options->algorithm != secret.algorithm)) continue;
    options->secret_file = secret.path;
    options->algorithm = secret.algorithm;
    return absl::OkStatus();
  }
  if (!auth.jwks_file.empty()) {
    const absl::StatusOr<JwksSecret> found = FindSecret(auth.jwks_file, options->kid, options->algorithm);
    if (found.ok()) {
      options->jwks_file = auth.jwks_file;
      options->kid = found->kid;
      options->algorithm = auth::NameOf(found->algorithm);
      return absl::OkStatus();
    }
    if (!absl::IsNotFound(found.status())) return found.status();
  }
  return absl::InvalidArgumentError(
      "the bridge's settings name no secret to sign with (of that kid and algorithm), only public keys: give the "
      "private half as --key-file");
}

}  // namespace spanwire::cli::token

#include "bridge/auth/access_control.h"

#include <utility>

#include "bridge/auth/refusal.h"

namespace spanwire::auth {
namespace {

Permissions PermissionsFrom(const std::vector<config::TopicPolicy>& topics) {
  std::vector<AccessRule> rules;
  rules.reserve(topics.size());
  for (const config::TopicPolicy& policy : topics) rules.push_back({.match = policy.match, .access = policy.access});
  return Permissions(std::move(rules));
}

KeySetPtr NoKeys() {
  return std::make_shared<const KeySet>(*KeySet::Create({}));
}

}  // namespace

KeyFiles KeyFilesOf(const config::AuthSettings& settings) {
  KeyFiles files{.public_keys = settings.public_key_files, .jwks = settings.jwks_file};
  const auto add_secret = [&](const std::string& path, HmacAlgorithm algorithm) {
    if (!path.empty()) files.secrets.push_back({.path = path, .algorithm = algorithm});
  };
  add_secret(settings.hs256_secret_file, HmacAlgorithm::kHs256);
  add_secret(settings.hs384_secret_file, HmacAlgorithm::kHs384);
  add_secret(settings.hs512_secret_file, HmacAlgorithm::kHs512);
  return files;
}

TokenRules TokenRulesOf(const config::AuthSettings& settings) {
  return {.issuer = settings.issuer,
          .audiences = settings.audiences,
          .leeway = settings.leeway,
          .max_bytes = settings.max_token_bytes};
}

AccessControl::AccessControl(const config::AuthSettings& settings, Permissions permissions, const model::Clock& clock)
    : key_files_(KeyFilesOf(settings)),
      clock_(clock),
      revocations_(clock, settings.max_revocations),
      certificates_(settings.client_certificates),
      keys_(NoKeys()),
      permissions_(std::make_shared<const Permissions>(std::move(permissions))) {
  if (!settings.enabled()) return;
  verifier_.emplace(TokenRulesOf(settings), keys_, revocations_, clock_);
}

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Create(const config::AuthSettings& settings,
                                                                     const std::vector<config::TopicPolicy>& topics,
                                                                     const model::Clock& clock) {
  Permissions permissions = settings.enabled() ? PermissionsFrom(topics) : Permissions::Open();
  std::unique_ptr<AccessControl> control(new AccessControl(settings, std::move(permissions), clock));
  if (absl::Status status = control->ReloadKeys(); !status.ok()) return status;
  if (settings.enabled() && !settings.revocations_file.empty()) {
    auto file = RevocationFile::Open(settings.revocations_file, control->revocations_);
    if (!file.ok()) return file.status();
    control->revocation_file_ = *std::move(file);
  }
  return control;
}

const AccessControl& AccessControl::None() {
  static const AccessControl kNone({}, Permissions::Open(), model::Clock::System());
  return kNone;
}

std::vector<std::string> AccessControl::KeyPaths(const config::AuthSettings& settings) {
  const KeyFiles files = KeyFilesOf(settings);
  std::vector<std::string> paths = files.public_keys;
  for (const SecretFile& secret : files.secrets) paths.push_back(secret.path);
  if (!files.jwks.empty()) paths.push_back(files.jwks);
  return paths;
}

bool AccessControl::admits_anonymous() const {
  return permissions()->grants_anonymous();
}

absl::StatusOr<IdentityPtr> AccessControl::Authenticate(std::string_view token) const {
  const absl::StatusOr<Claims> claims = verifier_->Verify(token);
  if (!claims.ok()) return claims.status();
  return std::make_shared<const Identity>(verifier_->IdentityOf(*claims));
}

absl::Status AccessControl::StillCounts(const Identity& identity) const {
  if (identity.anonymous()) return absl::OkStatus();
  if (clock_.Now() >= identity.valid_until) return Refuse(reason::kExpired, "the token has expired: send a fresh one");
  if (revocations_.IsRevoked(identity)) return Refuse(reason::kRevoked, "the token has been revoked");
  return absl::OkStatus();
}

absl::Status AccessControl::Revoke(const Revocation& revocation) {
  if (absl::Status status = revocations_.Add(revocation); !status.ok()) return status;
  return revocation_file_ == nullptr ? absl::OkStatus() : revocation_file_->Append(revocation);
}

std::shared_ptr<const Permissions> AccessControl::permissions() const {
  absl::MutexLock lock(&mutex_);
  return permissions_;
}

void AccessControl::ReplaceRules(const std::vector<config::TopicPolicy>& topics) {
  if (!enabled()) return;
  auto replaced = std::make_shared<const Permissions>(PermissionsFrom(topics));
  absl::MutexLock lock(&mutex_);
  permissions_.swap(replaced);
}

absl::Status AccessControl::ReloadKeys() {
  if (!enabled()) return absl::OkStatus();
  absl::StatusOr<LoadedKeys> loaded = LoadKeys(key_files_);
  if (!loaded.ok()) return loaded.status();
  keys_.Replace(std::make_shared<const KeySet>(std::move(loaded->keys)));
  absl::MutexLock lock(&mutex_);
  notes_ = std::move(loaded->notes);
  return absl::OkStatus();
}

std::vector<std::string> AccessControl::TakeNotes() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(notes_, {});
}

}  // namespace spanwire::auth

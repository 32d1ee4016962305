#include "bridge/auth/access_control.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/auth/refusal.h"
#include "bridge/model/absl_view.h"

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

KeyFiles KeyFilesOf(const config::AuthSettings& settings, const config::Sources& sources) {
  KeyFiles files{.jwks = {.path = settings.jwks_file, .setting = sources.Of("auth.jwks_file")}};
  const auto add_secret = [&](const std::string& path, std::string_view key, HmacAlgorithm algorithm) {
    if (path.empty()) return;
    files.secrets.push_back({.file = {.path = path, .setting = sources.Of(key)}, .algorithm = algorithm});
  };
  add_secret(settings.hs256_secret_file, "auth.hs256_secret_file", HmacAlgorithm::kHs256);
  add_secret(settings.hs384_secret_file, "auth.hs384_secret_file", HmacAlgorithm::kHs384);
  add_secret(settings.hs512_secret_file, "auth.hs512_secret_file", HmacAlgorithm::kHs512);
  for (const std::string& path : settings.public_key_files) {
    files.public_keys.push_back({.path = path, .setting = sources.Of("auth.public_key_files")});
  }
  return files;
}

TokenRules TokenRulesOf(const config::AuthSettings& settings) {
  return {.issuer = settings.issuer,
          .audiences = settings.audiences,
          .leeway = settings.leeway,
          .max_bytes = settings.max_token_bytes};
}

AccessControl::AccessControl(const config::AuthSettings& settings, KeyFiles key_files, Permissions permissions,
                             const model::Clock& clock)
    : key_files_(std::move(key_files)),
      clock_(clock),
      revocations_(clock, settings.max_revocations),
      keys_(NoKeys()),
      permissions_(std::make_shared<const Permissions>(std::move(permissions))),
      certificates_(std::make_shared<const ClientCertificates>(settings.client_certificates)) {
  if (!settings.enabled()) return;
  verifier_.emplace(TokenRulesOf(settings), keys_, revocations_, clock_);
}

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Create(const config::AuthSettings& settings,
                                                                     const std::vector<config::TopicPolicy>& topics,
                                                                     const model::Clock& clock,
                                                                     const config::Sources& sources, Purpose purpose) {
  Permissions permissions = settings.enabled() ? PermissionsFrom(topics) : Permissions::Open();
  std::unique_ptr<AccessControl> control(
      new AccessControl(settings, KeyFilesOf(settings, sources), std::move(permissions), clock));
  if (absl::Status status = control->ReloadKeys(); !status.ok()) return status;
  if (settings.enabled() && !settings.revocations_file.empty()) {
    if (absl::Status status = control->OpenRevocations(settings.revocations_file, purpose); !status.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("{}: {}", sources.Of("auth.revocations_file"), model::ToStd(status.message())));
    }
  }
  return control;
}

absl::Status AccessControl::OpenRevocations(const std::string& path, Purpose purpose) {
  if (purpose == Purpose::kCheckSettings) return RevocationFile::Check(path, revocations_);
  auto file = RevocationFile::Open(path, revocations_);
  if (!file.ok()) return file.status();
  revocation_file_ = *std::move(file);
  if (const std::string& note = revocation_file_->note(); !note.empty()) {
    absl::MutexLock lock(&mutex_);
    notes_.push_back(note);
  }
  return absl::OkStatus();
}

const AccessControl& AccessControl::None() {
  static const AccessControl kNone({}, {}, Permissions::Open(), model::Clock::System());
  return kNone;
}

std::vector<std::string> AccessControl::KeyPaths(const config::AuthSettings& settings) {
  const KeyFiles files = KeyFilesOf(settings);
  std::vector<std::string> paths;
  for (const KeyFile& file : files.public_keys) paths.push_back(file.path);
  for (const SecretFile& secret : files.secrets) paths.push_back(secret.file.path);
  if (!files.jwks.path.empty()) paths.push_back(files.jwks.path);
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
  if (!identity.certificate.empty() && !certificates()->Has(identity)) {
    return Refuse(reason::kCertificateChanged, "what the client certificate allows has changed: call again");
  }
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

IdentityPtr AccessControl::FindCertificate(const std::vector<std::string>& names) const {
  return certificates()->Find(names);
}

std::shared_ptr<const ClientCertificates> AccessControl::certificates() const {
  absl::MutexLock lock(&mutex_);
  return certificates_;
}

bool AccessControl::ReplaceCertificates(const std::vector<config::ClientCertificate>& certificates) {
  if (!enabled()) return false;
  const std::shared_ptr<const ClientCertificates> before = this->certificates();
  auto replaced = std::make_shared<const ClientCertificates>(certificates, *before);
  if (*replaced == *before) return false;
  absl::MutexLock lock(&mutex_);
  certificates_ = std::move(replaced);
  return true;
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

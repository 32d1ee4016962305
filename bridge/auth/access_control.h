#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "bridge/auth/client_certificates.h"
#include "bridge/auth/identity.h"
#include "bridge/auth/key_files.h"
#include "bridge/auth/permissions.h"
#include "bridge/auth/revocation.h"
#include "bridge/auth/revocation_file.h"
#include "bridge/auth/revocation_list.h"
#include "bridge/auth/token_verifier.h"
#include "bridge/config/config.h"
#include "bridge/model/clock.h"

namespace spanwire::auth {

// Who gets in and what they may do, for the whole bridge: the keys, revocations and permissions in force. Keys and
// rules may be replaced while everything runs, which ends nobody: who was let in stays until the token expires or is
// revoked. Thread safe.
class AccessControl {
 public:
  // To check the settings writes nothing: revocations are not kept then.
  enum class Purpose : uint8_t { kServe, kCheckSettings };

  // Reads the keys and the revocations, which blocks on the disk; INVALID_ARGUMENT with a sentence that begins with
  // the setting, as `sources` call it, and the file. Where `settings` name no keys nobody is asked and everybody may do
  // everything. `clock` outlives it.
  static absl::StatusOr<std::unique_ptr<AccessControl>> Create(const config::AuthSettings& settings,
                                                               const std::vector<config::TopicPolicy>& topics,
                                                               const model::Clock& clock,
                                                               const config::Sources& sources = {},
                                                               Purpose purpose = Purpose::kServe);
  // Without authentication. Lives for ever.
  static const AccessControl& None();

  // Whether somebody is asked at all.
  bool enabled() const { return verifier_.has_value(); }
  // Of a token's text. Only where enabled().
  size_t max_token_bytes() const { return verifier_->rules().max_bytes; }
  // Whether there is something to do here for somebody who shows no token.
  bool admits_anonymous() const;

  // Who shows the token, where it counts now; else UNAUTHENTICATED (auth/refusal.h). Only where enabled().
  absl::StatusOr<IdentityPtr> Authenticate(std::string_view token) const;
  // Who shows a client certificate with these names, which TLS must have verified; null where none is known. Ask
  // StillCounts() too: its user may be revoked.
  IdentityPtr FindCertificate(const std::vector<std::string>& names) const ABSL_LOCKS_EXCLUDED(mutex_);
  // OK while what an identity was let in with counts: the token has neither expired nor been revoked, the settings say
  // of the certificate what they said. Cheap.
  absl::Status StillCounts(const Identity& identity) const;

  std::shared_ptr<const Permissions> permissions() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Puts the `access` of these policies in force.
  void ReplaceRules(const std::vector<config::TopicPolicy>& topics) ABSL_LOCKS_EXCLUDED(mutex_);
  // Puts these client certificates in force. Who came with one of which another thing is said now, or nothing, does not
  // count any more; who is there is not ended by this. False where nothing differs.
  bool ReplaceCertificates(const std::vector<config::ClientCertificate>& certificates) ABSL_LOCKS_EXCLUDED(mutex_);
  // Reads the key files again and puts them in force; where that fails those from before stay. Blocks on the disk.
  absl::Status ReloadKeys();
  // The files that Create() and ReloadKeys() read.
  static std::vector<std::string> KeyPaths(const config::AuthSettings& settings);
  // For the log, of the last load: keys that are left out, secrets that others can read, revocations cut off.
  std::vector<std::string> TakeNotes() ABSL_LOCKS_EXCLUDED(mutex_);

  // From now on the tokens do not count, over a restart too where there is a file for it. Who is there with one is not
  // ended by this. Errors as RevocationList's; UNAVAILABLE, reason REVOCATION_NOT_KEPT, where it counts but could not
  // be written. Blocks on the disk.
  absl::Status Revoke(const Revocation& revocation);
  RevocationList& revocations() { return revocations_; }

  AccessControl(const AccessControl&) = delete;
  AccessControl& operator=(const AccessControl&) = delete;

 private:
  AccessControl(const config::AuthSettings& settings, KeyFiles key_files, Permissions permissions,
                const model::Clock& clock);

  absl::Status OpenRevocations(const std::string& path, Purpose purpose);

  std::shared_ptr<const ClientCertificates> certificates() const ABSL_LOCKS_EXCLUDED(mutex_);

  const KeyFiles key_files_;
  const model::Clock& clock_;
  RevocationList revocations_;
  std::unique_ptr<RevocationFile> revocation_file_;  // null without one
  KeyRing keys_;
  std::optional<TokenVerifier> verifier_;  // none without authentication
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Permissions> permissions_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const ClientCertificates> certificates_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> notes_ ABSL_GUARDED_BY(mutex_);
};

// The key files that the settings name. `sources` say what the settings are called in sentences about them.
KeyFiles KeyFilesOf(const config::AuthSettings& settings, const config::Sources& sources = {});
// What the settings ask of every token.
TokenRules TokenRulesOf(const config::AuthSettings& settings);

}  // namespace spanwire::auth

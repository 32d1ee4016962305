#include "bridge/auth/revocation_list.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/error.h"

namespace spanwire::auth {

absl::Status RevocationList::RevokeToken(std::string_view tenant_id, std::string_view token_id, absl::Time until) {
  if (token_id.empty()) return absl::InvalidArgumentError("the token has no jti: revoke its user's tokens instead");
  absl::MutexLock lock(&mutex_);
  return Add(tokens_, {std::string(tenant_id), std::string(token_id)}, {.until = until});
}

absl::Status RevocationList::RevokeUser(std::string_view tenant_id, std::string_view subject, absl::Time issued_until,
                                        absl::Time until) {
  if (subject.empty()) return absl::InvalidArgumentError("user is empty: name whose tokens are to be revoked");
  absl::MutexLock lock(&mutex_);
  return Add(users_, {std::string(tenant_id), std::string(subject)}, {.issued_until = issued_until, .until = until});
}

absl::Status RevocationList::Add(const Revocation& revocation) {
  if (!revocation.token_id.empty()) return RevokeToken(revocation.tenant_id, revocation.token_id, revocation.until);
  return RevokeUser(revocation.tenant_id, revocation.subject, revocation.issued_until, revocation.until);
}

std::vector<Revocation> RevocationList::InForce() const {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.Now();
  std::vector<Revocation> entries;
  entries.reserve(tokens_.size() + users_.size());
  for (const auto& [key, entry] : tokens_) {
    if (entry.until > now) entries.push_back({.tenant_id = key.first, .token_id = key.second, .until = entry.until});
  }
  for (const auto& [key, entry] : users_) {
    if (entry.until <= now) continue;
    entries.push_back(
        {.tenant_id = key.first, .subject = key.second, .issued_until = entry.issued_until, .until = entry.until});
  }
  return entries;
}

bool RevocationList::IsRevoked(const Identity& identity) const {
  absl::MutexLock lock(&mutex_);
  if (tokens_.empty() && users_.empty()) return false;
  if (!identity.token_id.empty() && tokens_.contains(Key(identity.tenant_id, identity.token_id))) return true;
  const auto user = users_.find(Key(identity.tenant_id, identity.subject));
  return user != users_.end() && identity.issued_at <= user->second.issued_until;
}

size_t RevocationList::size() const {
  absl::MutexLock lock(&mutex_);
  return tokens_.size() + users_.size();
}

absl::Status RevocationList::Add(Entries& entries, Key key, Entry entry) {
  if (const auto known = entries.find(key); known != entries.end()) {
    known->second.issued_until = std::max(known->second.issued_until, entry.issued_until);
    known->second.until = std::max(known->second.until, entry.until);
    return absl::OkStatus();
  }
  if (tokens_.size() + users_.size() >= max_entries_) DropExpired();
  if (tokens_.size() + users_.size() >= max_entries_) {
    return Full();
  }
  entries.emplace(std::move(key), entry);
  return absl::OkStatus();
}

absl::Status RevocationList::Full() const {
  absl::Time room = absl::InfiniteFuture();
  for (const Entries* entries : {&tokens_, &users_}) {
    for (const auto& [key, entry] : *entries) room = std::min(room, entry.until);
  }
  const std::string until =
      room == absl::InfiniteFuture()
          ? "none of them ever goes"
          : "the next goes at " + absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", room, absl::UTCTimeZone());
  return model::MakeError(
      absl::StatusCode::kResourceExhausted,
      fmt::format("{} tokens and users are revoked already, as many as auth.max_revocations allows, "
                  "and {}: raise it and restart (auth.revocations_file keeps the list), or change "
                  "the keys that sign tokens",
                  max_entries_, until),
      {.reason = "REVOCATIONS_FULL", .metadata = {{"setting", "auth.max_revocations"}}});
}

void RevocationList::DropExpired() {
  const absl::Time now = clock_.Now();
  const auto expired = [now](const auto& entry) { return entry.second.until <= now; };
  absl::erase_if(tokens_, expired);
  absl::erase_if(users_, expired);
}

}  // namespace spanwire::auth

#include "bridge/auth/token_verifier.h"

#include <string>
#include <utility>
#include <vector>

#include "bridge/auth/compact_jws.h"
#include "bridge/auth/refusal.h"

namespace spanwire::auth {

absl::Status CheckSignature(const CompactJws& jws, const KeySet& keys) {
  switch (keys.Verify(jws)) {
    case KeySet::Verdict::kGood:
      return absl::OkStatus();
    case KeySet::Verdict::kUnknownKey:
      return Refuse(reason::kUnknownKey,
                    "no key here has the token's kid and algorithm (alg); where there are many keys it must name one");
    case KeySet::Verdict::kBadSignature:
      break;
  }
  return Refuse(reason::kSignature, "the token's signature is not by a key that is trusted here");
}

Identity IdentityOf(const Claims& claims, const TokenRules& rules) {
  return {.subject = claims.subject,
          .tenant_id = claims.tenant_id,
          .token_id = claims.token_id,
          .topics = claims.topics,
          .publish = claims.publish,
          .roles = claims.roles,
          .issued_at = claims.issued_at.value_or(absl::InfinitePast()),
          .expires_at = claims.expires_at,
          .valid_until = claims.expires_at + rules.leeway};
}

TokenVerifier::TokenVerifier(TokenRules rules, const KeyRing& keys, const RevocationList& revocations,
                             const model::Clock& clock)
    : rules_(std::move(rules)), keys_(keys), revocations_(revocations), clock_(clock) {}

absl::StatusOr<Claims> TokenVerifier::Verify(std::string_view token) const {
  const absl::StatusOr<CompactJws> jws = ParseCompactJws(token, rules_.max_bytes);
  if (!jws.ok()) return jws.status();
  if (absl::Status status = CheckSignature(*jws, *keys_.keys()); !status.ok()) return status;
  const absl::StatusOr<std::string> payload = DecodePayload(*jws);
  if (!payload.ok()) return payload.status();
  absl::StatusOr<Claims> claims = ReadClaims(*payload);
  if (!claims.ok()) return claims.status();
  const std::vector<absl::Status> faults = FindFaults(*claims, rules_, clock_.Now());
  if (!faults.empty()) return faults.front();
  if (revocations_.IsRevoked(IdentityOf(*claims))) return Refuse(reason::kRevoked, "the token has been revoked");
  return claims;
}

Identity TokenVerifier::IdentityOf(const Claims& claims) const {
  return auth::IdentityOf(claims, rules_);
}

}  // namespace spanwire::auth

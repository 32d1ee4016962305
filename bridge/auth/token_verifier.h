#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "bridge/auth/claims.h"
#include "bridge/auth/identity.h"
#include "bridge/auth/key_set.h"
#include "bridge/auth/revocation_list.h"
#include "bridge/model/clock.h"

namespace spanwire::auth {

// Decides whether a token counts: JSON Web Tokens (RFC 7519, with the advice of RFC 8725) in compact form, signed.
// The only door: whatever says who somebody is has passed it. Thread safe; blocks on nothing but short locks.
class TokenVerifier {
 public:
  // Borrows all but the rules, which stay as they are; the keys may be replaced and tokens revoked at any time.
  TokenVerifier(TokenRules rules, const KeyRing& keys, const RevocationList& revocations, const model::Clock& clock);

  // The claims of a token that counts now. Else UNAUTHENTICATED with a reason of refusal.h and a sentence that holds
  // nothing of the token. Nothing of the payload is read before the signature over it is known to be good.
  absl::StatusOr<Claims> Verify(std::string_view token) const;

  // Who shows those claims, and until when.
  Identity IdentityOf(const Claims& claims) const;

  const TokenRules& rules() const { return rules_; }

 private:
  const TokenRules rules_;
  const KeyRing& keys_;
  const RevocationList& revocations_;
  const model::Clock& clock_;
};

// As TokenVerifier's, without one.
Identity IdentityOf(const Claims& claims, const TokenRules& rules);

// OK where one of the keys signed the token; else TOKEN_UNKNOWN_KEY or TOKEN_SIGNATURE.
absl::Status CheckSignature(const CompactJws& jws, const KeySet& keys);

}  // namespace spanwire::auth

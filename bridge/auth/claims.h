#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bridge/auth/role.h"

namespace spanwire::auth {

// What a token says (RFC 7519, section 4.1; docs/protocol.md, section 5). Claims that are not listed are not looked at.
struct Claims {
  std::string subject;                   // sub
  std::string tenant_id;                 // empty: the default tenant
  std::string issuer;                    // iss; empty where it has none
  std::vector<std::string> audiences;    // aud
  absl::Time expires_at;                 // exp, without leeway
  std::optional<absl::Time> not_before;  // nbf
  std::optional<absl::Time> issued_at;   // iat
  std::string token_id;                  // jti; empty where it has none
  std::vector<std::string> topics;       // patterns that it may subscribe to
  std::vector<std::string> publish;      // patterns that it may publish to
  RoleSet roles;                         // those of `roles` that are known; an issuer may have others of its own
};

// What is asked of every token.
struct TokenRules {
  std::string issuer;                        // empty: any, or none
  std::vector<std::string> audiences;        // one of them must be in `aud`; none: a token that has `aud` is refused
  absl::Duration leeway = absl::Seconds(5);  // how far clocks may differ
  size_t max_bytes = 8 * 1024;               // of the token's text
};

// The topic that `subject` alone may read: `user:<sub>`.
std::string UserTopic(std::string_view subject);

// Reads the claims of a payload whose signature was verified. Refused, with a reason of refusal.h and the claim's name:
// a payload that is no strict JSON object (strict_json.h); `sub` or `exp` missing; a claim of another type than it must
// be; a `sub` with control characters, or whose user topic would be no topic; times that are not within the years 1970
// to 9999, such as milliseconds; a bad tenant or pattern. Times may have fractions.
absl::StatusOr<Claims> ReadClaims(std::string_view payload);

// All that the rules have against the claims at `now`, the gravest first; nothing where they hold. A token counts from
// `nbf` (and `iat`) until `exp`, by the leeway longer on either side; RFC 7519, section 4.1.3, decides on `aud`.
std::vector<absl::Status> FindFaults(const Claims& claims, const TokenRules& rules, absl::Time now);

}  // namespace spanwire::auth

#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "bridge/model/error.h"

namespace spanwire::auth {

// Why a token is refused: the stable reason in the detail of the status (bridge/model/error.h).
namespace reason {

inline constexpr std::string_view kTooLarge = "TOKEN_TOO_LARGE";
inline constexpr std::string_view kMalformed = "TOKEN_MALFORMED";     // no JWS, or its parts are not what they must be
inline constexpr std::string_view kAlgorithm = "TOKEN_ALGORITHM";     // `none`, or one that is not supported
inline constexpr std::string_view kCritical = "TOKEN_CRITICAL";       // its header demands an extension (`crit`)
inline constexpr std::string_view kUnknownKey = "TOKEN_UNKNOWN_KEY";  // no key here has its `kid` and algorithm
inline constexpr std::string_view kSignature = "TOKEN_SIGNATURE";
inline constexpr std::string_view kMissingClaim = "TOKEN_MISSING_CLAIM";
inline constexpr std::string_view kBadClaim = "TOKEN_BAD_CLAIM";  // a claim's type or value
inline constexpr std::string_view kExpired = "TOKEN_EXPIRED";
inline constexpr std::string_view kNotYetValid = "TOKEN_NOT_YET_VALID";
inline constexpr std::string_view kIssuer = "TOKEN_ISSUER";
inline constexpr std::string_view kAudience = "TOKEN_AUDIENCE";
inline constexpr std::string_view kRevoked = "TOKEN_REVOKED";
// What the settings say of the client certificate is another thing now: no token's, but it ends what is open as one.
inline constexpr std::string_view kCertificateChanged = "CERTIFICATE_CHANGED";

}  // namespace reason

// UNAUTHENTICATED. `sentence` must hold nothing of the token: it goes to logs and to whoever sent it. `claim` names the
// claim at fault, if one is.
inline absl::Status Refuse(std::string_view reason, std::string_view sentence, std::string_view claim = {}) {
  model::ErrorDetail detail{.reason = std::string(reason)};
  if (!claim.empty()) detail.metadata.emplace_back("claim", std::string(claim));
  return model::MakeError(absl::StatusCode::kUnauthenticated, sentence, std::move(detail));
}

}  // namespace spanwire::auth

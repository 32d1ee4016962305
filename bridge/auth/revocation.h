#pragma once

#include <string>

#include "absl/time/time.h"

namespace spanwire::auth {

// One order that tokens of a tenant no longer count: a single one by its id (`jti`), or all that a user was issued
// (`iat`) up to a moment. Exactly one of the two names is set.
struct Revocation {
  std::string tenant_id;
  std::string token_id;
  std::string subject;
  absl::Time issued_until = absl::InfinitePast();  // of a user: tokens of this moment and before
  absl::Time until = absl::InfiniteFuture();  // when the last of those tokens has expired: then it may be forgotten

  friend bool operator==(const Revocation&, const Revocation&) = default;
};

}  // namespace spanwire::auth

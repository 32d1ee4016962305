#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bridge/auth/role.h"

namespace spanwire::auth {

// Who asks: what the bridge keeps of a token, or of a client certificate's entry in the settings, once it was checked.
struct Identity {
  std::string subject;  // empty: nobody in particular
  std::string tenant_id;
  std::string token_id;              // for revocation; may be empty
  std::string certificate;           // the name in the settings that it is known by; empty: by a token, or not at all
  std::vector<std::string> topics;   // patterns that it may subscribe to
  std::vector<std::string> publish;  // patterns that it may publish to
  RoleSet roles;
  absl::Time issued_at = absl::InfinitePast();      // for revocation; the past where the token does not say
  absl::Time expires_at = absl::InfiniteFuture();   // as the token says; for `session_expires_at`
  absl::Time valid_until = absl::InfiniteFuture();  // with leeway: when what it holds open ends

  bool anonymous() const { return subject.empty(); }
};

// Never null: somebody who showed nothing is Anonymous().
using IdentityPtr = std::shared_ptr<const Identity>;

inline const IdentityPtr& Anonymous() {
  static const IdentityPtr kNobody = std::make_shared<const Identity>();
  return kNobody;
}

}  // namespace spanwire::auth

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/auth/identity.h"
#include "bridge/config/config.h"

namespace spanwire::auth {

using config::Access;

// `match` is a topic, or a prefix and a trailing `*`. The first rule that matches a topic decides.
struct AccessRule {
  std::string match;
  Access access = Access::kClaim;
};

// The answer, with what the one who asked can do about it.
enum class Permit {
  kGranted,
  kUnauthenticated,  // not without a token: 401, `unauthorized`
  kForbidden,        // not with this one: 403, `forbidden`
};

// What an identity may do. The one place that decides it, for WebSocket, poll, SSE and gRPC. A value without I/O;
// immutable; any thread.
//
// The default is no: a topic without a rule needs the claim (which grants by itself, whatever the rule), and nobody may
// publish or administer without being allowed to. A topic that starts with `user:` is the user's whose `user:<sub>` it
// is, always, and nobody else's, whatever rules, patterns and roles say.
class Permissions {
 public:
  // With authentication.
  explicit Permissions(std::vector<AccessRule> rules) : rules_(std::move(rules)) {}
  // Without authentication: everybody may do everything. For a bridge on loopback.
  static Permissions Open();

  // Asked for topics of the identity's own tenant; no other's can be subscribed to.
  Permit MaySubscribe(const Identity& identity, std::string_view topic) const;

  // `tenant_id` is the event's; empty means the identity's own. Another's needs Role::kAnyTenant. Events for users
  // (`user:<sub>`) are published like any other.
  Permit MayPublish(const Identity& identity, std::string_view topic, std::string_view tenant_id) const;

  // Whether somebody without a token may subscribe to anything.
  bool grants_anonymous() const;

  // Whether the identity has the role.
  Permit MayAct(const Identity& identity, Role role) const;

  // Whether the identity may see or steer what belongs to the tenant, given a role to do so.
  Permit MayReachTenant(const Identity& identity, std::string_view tenant_id) const;

 private:
  Access AccessTo(std::string_view topic) const;

  std::vector<AccessRule> rules_;
  bool open_ = false;
};

// The tenant of an event: its own, or where it names none the publisher's.
std::string_view TenantOfEvent(const Identity& identity, std::string_view tenant_id);

}  // namespace spanwire::auth

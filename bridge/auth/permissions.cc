#include "bridge/auth/permissions.h"

#include <algorithm>

#include "bridge/auth/claims.h"
#include "bridge/model/topic_name.h"

namespace spanwire::auth {
namespace {

constexpr std::string_view kUserPrefix = "user:";

bool AnyMatches(const std::vector<std::string>& patterns, std::string_view topic) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [topic](const std::string& pattern) { return model::TopicMatches(pattern, topic); });
}

Permit GrantIf(bool allowed, const Identity& identity) {
  if (allowed) return Permit::kGranted;
  return identity.anonymous() ? Permit::kUnauthenticated : Permit::kForbidden;
}

bool MaySubscribeByAccess(const Identity& identity, std::string_view topic, Access access) {
  switch (access) {
    case Access::kPublic:
      return true;
    case Access::kAuthenticated:
      return !identity.anonymous();
    case Access::kClaim:
      break;
  }
  return !identity.anonymous() && AnyMatches(identity.topics, topic);
}

}  // namespace

std::string_view TenantOfEvent(const Identity& identity, std::string_view tenant_id) {
  return tenant_id.empty() ? std::string_view(identity.tenant_id) : tenant_id;
}

Permissions Permissions::Open() {
  Permissions permissions({});
  permissions.open_ = true;
  return permissions;
}

Permit Permissions::MaySubscribe(const Identity& identity, std::string_view topic) const {
  if (open_) return Permit::kGranted;
  if (topic.starts_with(kUserPrefix)) {
    return GrantIf(!identity.anonymous() && topic == UserTopic(identity.subject), identity);
  }
  return GrantIf(MaySubscribeByAccess(identity, topic, AccessTo(topic)), identity);
}

Permit Permissions::MayPublish(const Identity& identity, std::string_view topic, std::string_view tenant_id) const {
  if (open_) return Permit::kGranted;
  const Permit tenant = MayReachTenant(identity, TenantOfEvent(identity, tenant_id));
  if (tenant != Permit::kGranted) return tenant;
  return GrantIf(AnyMatches(identity.publish, topic), identity);
}

bool Permissions::grants_anonymous() const {
  return open_ || std::any_of(rules_.begin(), rules_.end(),
                              [](const AccessRule& rule) { return rule.access == Access::kPublic; });
}

Permit Permissions::MayAct(const Identity& identity, Role role) const {
  return GrantIf(open_ || (!identity.anonymous() && identity.roles.Has(role)), identity);
}

Permit Permissions::MayReachTenant(const Identity& identity, std::string_view tenant_id) const {
  if (open_) return Permit::kGranted;
  if (identity.anonymous()) return Permit::kUnauthenticated;
  return GrantIf(tenant_id == identity.tenant_id || identity.roles.Has(Role::kAnyTenant), identity);
}

Access Permissions::AccessTo(std::string_view topic) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(),
                                 [topic](const AccessRule& each) { return model::TopicMatches(each.match, topic); });
  return rule == rules_.end() ? Access::kClaim : rule->access;
}

}  // namespace spanwire::auth

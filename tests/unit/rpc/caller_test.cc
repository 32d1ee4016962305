#include "bridge/rpc/caller.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "bridge/model/error.h"

namespace spanwire::rpc {
namespace {

Caller CallerOf(std::string tenant, std::vector<std::string> publish, std::vector<auth::Role> roles = {}) {
  auth::Identity identity{.subject = "orders", .tenant_id = std::move(tenant), .publish = std::move(publish)};
  for (const auth::Role role : roles) identity.roles.Add(role);
  return {.identity = std::make_shared<const auth::Identity>(std::move(identity)),
          .permissions = std::make_shared<const auth::Permissions>(std::vector<auth::AccessRule>())};
}

// "PERMISSION_DENIED ROLE_MISSING role=admin.read"
std::string Told(const absl::Status& status) {
  if (status.ok()) return "OK";
  const model::ErrorDetail detail = model::DetailOf(status);
  std::string text = absl::StatusCodeToString(status.code()) + " " + detail.reason;
  for (const auto& [key, value] : detail.metadata) text.append(" ").append(key).append("=").append(value);
  return text;
}

TEST(Caller, WithoutAuthenticationMayDoEverything) {
  const Caller anybody;
  EXPECT_TRUE(anybody.reaches_all_tenants());
  EXPECT_EQ(Told(anybody.CheckPublish("logs", "acme")), "OK");
  EXPECT_EQ(Told(anybody.CheckRole(auth::Role::kAdminWrite)), "OK");
  EXPECT_EQ(anybody.TenantFor("acme").value(), "acme");
  EXPECT_EQ(anybody.TenantFor("").value(), "");
}

TEST(Caller, NoTenantMeansItsOwn) {
  EXPECT_EQ(CallerOf("acme", {}).TenantFor("").value(), "acme");
  EXPECT_EQ(CallerOf("acme", {}).TenantFor("acme").value(), "acme");
  EXPECT_EQ(CallerOf("acme", {}, {auth::Role::kAnyTenant}).TenantFor("").value(), "acme");
  EXPECT_EQ(CallerOf("acme", {}, {auth::Role::kAnyTenant}).TenantFor("other").value(), "other");
}

TEST(Caller, AnotherTenantNeedsTheRole) {
  EXPECT_EQ(Told(CallerOf("acme", {"*"}).TenantFor("other").status()),
            "PERMISSION_DENIED TENANT_NOT_ALLOWED tenant_id=other");
  EXPECT_EQ(Told(CallerOf("acme", {"*"}).CheckPublish("logs", "other")),
            "PERMISSION_DENIED TENANT_NOT_ALLOWED tenant_id=other");
  EXPECT_EQ(Told(CallerOf("acme", {"*"}).CheckTenant("")), "PERMISSION_DENIED TENANT_NOT_ALLOWED tenant_id=");
  EXPECT_EQ(Told(CallerOf("acme", {"*"}, {auth::Role::kAnyTenant}).CheckPublish("logs", "other")), "OK");
}

TEST(Caller, PublishesWhatItsClaimMatches) {
  const Caller caller = CallerOf("acme", {"orders:*", "user:*"});
  EXPECT_EQ(Told(caller.CheckPublish("orders:42", "acme")), "OK");
  EXPECT_EQ(Told(caller.CheckPublish("user:u-17", "acme")), "OK");
  EXPECT_EQ(Told(caller.CheckPublish("logs", "acme")), "PERMISSION_DENIED TOPIC_NOT_ALLOWED topic=logs");
  EXPECT_EQ(Told(CallerOf("acme", {}).CheckPublish("logs", "acme")), "PERMISSION_DENIED TOPIC_NOT_ALLOWED topic=logs");
}

TEST(Caller, ARoleThatIsMissingIsNamed) {
  const Caller reader = CallerOf("", {}, {auth::Role::kAdminRead});
  EXPECT_EQ(Told(reader.CheckRole(auth::Role::kAdminRead)), "OK");
  EXPECT_EQ(Told(reader.CheckRole(auth::Role::kAdminWrite)), "PERMISSION_DENIED ROLE_MISSING role=admin.write");
  EXPECT_FALSE(reader.reaches_all_tenants());
}

}  // namespace
}  // namespace spanwire::rpc

#include "bridge/auth/permissions.h"

#include <random>

#include "bridge/auth/claims.h"
#include "bridge/model/topic_name.h"
#include "gtest/gtest.h"

namespace spanwire::auth {
namespace {

Identity User(std::string subject, std::vector<std::string> topics = {}) {
  return {.subject = std::move(subject), .topics = std::move(topics)};
}

TEST(Permissions, TheDefaultIsNo) {
  const Permissions permissions({});
  EXPECT_EQ(permissions.MaySubscribe({}, "stats"), Permit::kUnauthenticated);
  EXPECT_EQ(permissions.MaySubscribe(User("u"), "stats"), Permit::kForbidden);
  EXPECT_EQ(permissions.MayPublish({}, "stats", ""), Permit::kUnauthenticated);
  EXPECT_EQ(permissions.MayPublish(User("u", {"*"}), "stats", ""), Permit::kForbidden);
  EXPECT_EQ(permissions.MayAct({}, Role::kAdminRead), Permit::kUnauthenticated);
  EXPECT_EQ(permissions.MayAct(User("u", {"*"}), Role::kAdminRead), Permit::kForbidden);
}

TEST(Permissions, AClaimGrantsWhatItsPatternsMatch) {
  const Permissions permissions({});
  const Identity user = User("u", {"logs", "gift-list:*"});
  EXPECT_EQ(permissions.MaySubscribe(user, "logs"), Permit::kGranted);
  EXPECT_EQ(permissions.MaySubscribe(user, "gift-list:family-123"), Permit::kGranted);
  EXPECT_EQ(permissions.MaySubscribe(user, "logs2"), Permit::kForbidden);
  EXPECT_EQ(permissions.MaySubscribe(user, "gift-list"), Permit::kForbidden);
}

TEST(Permissions, TheFirstRuleThatMatchesDecides) {
  const Permissions permissions({{.match = "stats:secret", .access = Access::kClaim},
                                 {.match = "stats:team*", .access = Access::kAuthenticated},
                                 {.match = "stats*", .access = Access::kPublic}});
  EXPECT_EQ(permissions.MaySubscribe({}, "stats"), Permit::kGranted);
  EXPECT_EQ(permissions.MaySubscribe({}, "stats:team-1"), Permit::kUnauthenticated);
  EXPECT_EQ(permissions.MaySubscribe(User("u"), "stats:team-1"), Permit::kGranted);
  EXPECT_EQ(permissions.MaySubscribe(User("u"), "stats:secret"), Permit::kForbidden);
  EXPECT_EQ(permissions.MaySubscribe(User("u", {"stats:secret"}), "stats:secret"), Permit::kGranted);
  EXPECT_EQ(permissions.MaySubscribe({}, "logs"), Permit::kUnauthenticated);
}

TEST(Permissions, AUsersTopicIsThatUsersAlone) {
  const Permissions permissions({{.match = "*", .access = Access::kPublic}});
  Identity mallory = User("mallory", {"*", "user:*", "user:alice"});
  mallory.roles.Add(Role::kAnyTenant);
  mallory.roles.Add(Role::kAdminRead);
  EXPECT_EQ(permissions.MaySubscribe(mallory, "user:alice"), Permit::kForbidden);
  EXPECT_EQ(permissions.MaySubscribe(mallory, "user:alice:inbox"), Permit::kForbidden);
  EXPECT_EQ(permissions.MaySubscribe(mallory, "user:"), Permit::kForbidden);
  EXPECT_EQ(permissions.MaySubscribe({}, "user:"), Permit::kUnauthenticated);
  EXPECT_EQ(permissions.MaySubscribe({}, "user:alice"), Permit::kUnauthenticated);
  EXPECT_EQ(permissions.MaySubscribe(mallory, "user:mallory"), Permit::kGranted);
  EXPECT_EQ(permissions.MaySubscribe(User("a:b"), "user:a~3ab"), Permit::kGranted);
  EXPECT_EQ(permissions.MaySubscribe(User("a:b"), "user:a:b"), Permit::kForbidden);
  EXPECT_EQ(permissions.MaySubscribe(User("a"), "user:~61"), Permit::kForbidden);
}

TEST(Permissions, PublishersReachTheirTenantAndTheirPatterns) {
  const Permissions permissions({{.match = "*", .access = Access::kPublic}});
  Identity service{.subject = "s", .tenant_id = "acme", .publish = {"orders:*", "user:*"}};
  EXPECT_EQ(permissions.MayPublish(service, "orders:1", ""), Permit::kGranted);
  EXPECT_EQ(permissions.MayPublish(service, "orders:1", "acme"), Permit::kGranted);
  EXPECT_EQ(permissions.MayPublish(service, "user:alice", ""), Permit::kGranted);
  EXPECT_EQ(permissions.MayPublish(service, "stats", ""), Permit::kForbidden);
  EXPECT_EQ(permissions.MayPublish(service, "orders:1", "other"), Permit::kForbidden);
  service.roles.Add(Role::kAnyTenant);
  EXPECT_EQ(permissions.MayPublish(service, "orders:1", "other"), Permit::kGranted);
  EXPECT_EQ(permissions.MayPublish(service, "stats", "other"), Permit::kForbidden);
  EXPECT_EQ(TenantOfEvent(service, ""), "acme");
  EXPECT_EQ(TenantOfEvent(service, "other"), "other");
}

TEST(Permissions, ATokenOfTheDefaultTenantReachesNoOther) {
  const Permissions permissions({});
  const Identity service{.subject = "s", .publish = {"*"}};
  EXPECT_EQ(permissions.MayPublish(service, "stats", ""), Permit::kGranted);
  EXPECT_EQ(permissions.MayPublish(service, "stats", "acme"), Permit::kForbidden);
  EXPECT_EQ(permissions.MayReachTenant(service, "acme"), Permit::kForbidden);
  EXPECT_EQ(permissions.MayReachTenant({}, ""), Permit::kUnauthenticated);
}

TEST(Permissions, NoRoleIncludesAnother) {
  const Permissions permissions({});
  for (const Role held : {Role::kAdminRead, Role::kAdminWrite, Role::kSchemaWrite, Role::kAnyTenant}) {
    Identity admin = User("a");
    admin.roles.Add(held);
    for (const Role asked : {Role::kAdminRead, Role::kAdminWrite, Role::kSchemaWrite, Role::kAnyTenant}) {
      EXPECT_EQ(permissions.MayAct(admin, asked) == Permit::kGranted, held == asked);
    }
  }
}

TEST(Permissions, WithoutAuthenticationEverybodyMayDoEverything) {
  const Permissions open = Permissions::Open();
  EXPECT_EQ(open.MaySubscribe({}, "user:alice"), Permit::kGranted);
  EXPECT_EQ(open.MayPublish({}, "stats", "acme"), Permit::kGranted);
  EXPECT_EQ(open.MayAct({}, Role::kAdminWrite), Permit::kGranted);
  EXPECT_EQ(open.MayReachTenant({}, "acme"), Permit::kGranted);
}

// A world small enough that patterns, topics and users meet often.
class World {
 public:
  explicit World(uint32_t seed) : random_(seed) {}

  bool Coin() { return Below(2) == 0; }
  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  std::string Topic() {
    static const char* const kStarts[] = {"", "a", "user:", "user:a", "user", "us", "b:", "user:a~3a"};
    std::string topic = kStarts[Below(std::size(kStarts))];
    for (size_t i = Below(3); i > 0; --i) topic.push_back("ab:"[Below(3)]);
    return topic.empty() ? "a" : topic;
  }
  std::string Pattern() { return Below(3) == 0 ? "*" : Topic() + (Coin() ? "*" : ""); }
  std::vector<std::string> Patterns() {
    std::vector<std::string> patterns(Below(3));
    for (std::string& pattern : patterns) pattern = Pattern();
    return patterns;
  }
  Identity Somebody() {
    static const char* const kUsers[] = {"", "a", "b", "aa", "a:", "a:b", "*"};
    static const char* const kTenants[] = {"", "t", "s"};
    Identity identity{.subject = kUsers[Below(std::size(kUsers))], .tenant_id = kTenants[Below(3)]};
    if (identity.anonymous()) return identity;
    identity.topics = Patterns();
    identity.publish = Patterns();
    if (Below(4) == 0) identity.roles.Add(Role::kAnyTenant);
    return identity;
  }
  std::vector<AccessRule> Rules() {
    std::vector<AccessRule> rules(Below(4));
    for (AccessRule& rule : rules) rule = {.match = Pattern(), .access = static_cast<Access>(Below(3))};
    return rules;
  }
  std::string Tenant() { return Coin() ? "" : Coin() ? "t" : "s"; }

 private:
  std::mt19937 random_;
};

// The rules said anew, as docs/protocol.md says them.
bool ExpectSubscribe(const Identity& who, const std::string& topic, const std::vector<AccessRule>& rules) {
  if (topic.rfind("user:", 0) == 0)
    return !who.subject.empty() && topic.substr(5) == model::EncodeTopicValue(who.subject);
  for (const std::string& pattern : who.topics) {
    if (pattern == topic) return true;
    if (pattern.back() == '*' && topic.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0) return true;
  }
  for (const AccessRule& rule : rules) {
    const std::string prefix = rule.match.substr(0, rule.match.size() - 1);
    const bool matches = rule.match.back() == '*' ? topic.substr(0, prefix.size()) == prefix : topic == rule.match;
    if (!matches) continue;
    return rule.access == Access::kPublic || (rule.access == Access::kAuthenticated && !who.subject.empty());
  }
  return false;
}

TEST(PermissionsProperty, AgreeWithTheRulesSaidAnew) {
  World world(1);
  int granted = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Identity who = world.Somebody();
    const std::string topic = world.Topic();
    const std::vector<AccessRule> rules = world.Rules();
    const Permit permit = Permissions(rules).MaySubscribe(who, topic);
    ASSERT_EQ(permit == Permit::kGranted, ExpectSubscribe(who, topic, rules)) << who.subject << " " << topic;
    ASSERT_TRUE(permit == Permit::kGranted || (permit == Permit::kUnauthenticated) == who.anonymous());
    granted += permit == Permit::kGranted ? 1 : 0;
  }
  EXPECT_GT(granted, 10'000);
  EXPECT_LT(granted, 90'000);
}

TEST(PermissionsProperty, AUsersTopicHasOneReaderWhateverElseIsSaid) {
  World world(2);
  for (int i = 0; i < 50'000; ++i) {
    const std::string owner = world.Coin() ? "a" : "a:b";
    const Identity who = world.Somebody();
    const Permit permit = Permissions(world.Rules()).MaySubscribe(who, UserTopic(owner));
    ASSERT_EQ(permit == Permit::kGranted, who.subject == owner);
  }
}

TEST(PermissionsProperty, MorePatternsNeverTakeAnythingAway) {
  World world(3);
  for (int i = 0; i < 50'000; ++i) {
    Identity who = world.Somebody();
    const std::string topic = world.Topic();
    const Permissions permissions(world.Rules());
    const bool could_read = permissions.MaySubscribe(who, topic) == Permit::kGranted;
    const bool could_publish = permissions.MayPublish(who, topic, "") == Permit::kGranted;
    if (who.anonymous()) continue;
    who.topics.push_back(world.Pattern());
    who.publish.push_back(world.Pattern());
    ASSERT_TRUE(!could_read || permissions.MaySubscribe(who, topic) == Permit::kGranted);
    ASSERT_TRUE(!could_publish || permissions.MayPublish(who, topic, "") == Permit::kGranted);
  }
}

TEST(PermissionsProperty, NobodyPublishesIntoAnotherTenantWithoutTheRole) {
  World world(4);
  int granted = 0;
  for (int i = 0; i < 50'000; ++i) {
    const Identity who = world.Somebody();
    const std::string tenant = world.Tenant();
    const Permit permit = Permissions(world.Rules()).MayPublish(who, world.Topic(), tenant);
    if (permit != Permit::kGranted) continue;
    ++granted;
    ASSERT_FALSE(who.anonymous());
    ASSERT_TRUE(tenant.empty() || tenant == who.tenant_id || who.roles.Has(Role::kAnyTenant));
  }
  EXPECT_GT(granted, 1000);
}

}  // namespace
}  // namespace spanwire::auth

// Who may see and steer what, over calls with minted tokens.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/admin/secured_bridge.h"

namespace spanwire::admin {
namespace {

using auth::Role;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Admin = SecuredBridge::Admin;
using Publisher = SecuredBridge::Publisher;

v1::PublishRequest Note(const std::string& topic, const std::string& tenant = "") {
  v1::PublishRequest request;
  request.mutable_event()->set_topic(topic);
  request.mutable_event()->set_type("note");
  request.mutable_event()->set_json_text("{}");
  request.mutable_event()->set_tenant_id(tenant);
  return request;
}

v1::ListConnectionsRequest InTenant(const std::string& tenant) {
  v1::ListConnectionsRequest request;
  request.mutable_filter()->set_tenant_id(tenant);
  request.mutable_filter()->set_has_tenant_id(true);
  return request;
}

v1::CloseConnectionsRequest CloseAll() {
  v1::CloseConnectionsRequest request;
  request.set_all(true);
  return request;
}

v1::RevokeTokensRequest RevokeUser(const std::string& user, const std::string& tenant = "") {
  v1::RevokeTokensRequest request;
  request.set_user_id(user);
  request.set_tenant_id(tenant);
  return request;
}

class AuthorizationTest : public ::testing::Test {
 protected:
  // What a server stream says and how it ends, read by the caller's hand.
  template <typename Response>
  struct Followed {
    std::unique_ptr<grpc::ClientContext> context = std::make_unique<grpc::ClientContext>();
    std::unique_ptr<grpc::ClientReader<Response>> reader;
    std::string End() {
      Response ignored;
      while (reader->Read(&ignored)) {
      }
      const grpc::Status status = reader->Finish();
      return status.ok() ? "OK" : SecuredBridge::Told(status);
    }
  };
  Followed<v1::WatchConnectionsResponse> Watch(const std::string& token,
                                               const v1::WatchConnectionsRequest& request = {}) {
    Followed<v1::WatchConnectionsResponse> watch;
    SecuredBridge::Show(token, *watch.context);
    watch.reader = bridge_.StubOf<Admin>().WatchConnections(watch.context.get(), request);
    return watch;
  }
  Followed<v1::TailTopicsResponse> Tail(const std::string& token, const std::string& topic,
                                        const std::string& tenant = "") {
    v1::TailTopicsRequest request;
    request.add_topics(topic);
    request.set_tenant_id(tenant);
    request.set_history(10);
    Followed<v1::TailTopicsResponse> tail;
    SecuredBridge::Show(token, *tail.context);
    tail.reader = bridge_.StubOf<Admin>().TailTopics(tail.context.get(), request);
    return tail;
  }

  SecuredBridge bridge_;
  const std::string reader_ = bridge_.Token("acme", {Role::kAdminRead});
  const std::string writer_ = bridge_.Token("acme", {Role::kAdminWrite});
  const std::string operator_ = bridge_.Token("", {Role::kAdminRead, Role::kAdminWrite, Role::kAnyTenant});

  // Every unary call, by its name.
  const std::map<std::string, std::function<std::string(const std::string& token)>> reads_ = {
      {"ListConnections", [&](auto& token) { return bridge_.Ask(token, &Admin::ListConnections, {}); }},
      {"GetConnection",
       [&](auto& token) {
         v1::GetConnectionRequest request;
         request.set_client_id("a");
         return bridge_.Ask(token, &Admin::GetConnection, request);
       }},
      {"ListTopics", [&](auto& token) { return bridge_.Ask(token, &Admin::ListTopics, {}); }},
      {"GetTopic",
       [&](auto& token) {
         v1::GetTopicRequest request;
         request.set_name("stats");
         return bridge_.Ask(token, &Admin::GetTopic, request);
       }},
      {"GetHistory",
       [&](auto& token) {
         v1::GetHistoryRequest request;
         request.set_topic("stats");
         return bridge_.Ask(token, &Admin::GetHistory, request);
       }},
      {"GetStats", [&](auto& token) { return bridge_.Ask(token, &Admin::GetStats, {}); }},
      {"WatchConnections", [&](auto& token) { return Watch(token).End(); }},
      {"TailTopics", [&](auto& token) { return Tail(token, "stats").End(); }},
  };
  const std::map<std::string, std::function<std::string(const std::string& token)>> writes_ = {
      {"CloseConnections", [&](auto& token) { return bridge_.Ask(token, &Admin::CloseConnections, CloseAll()); }},
      {"RevokeTokens", [&](auto& token) { return bridge_.Ask(token, &Admin::RevokeTokens, RevokeUser("u")); }},
      {"Drain", [&](auto& token) { return bridge_.Ask(token, &Admin::Drain, {}); }},
  };
};

TEST_F(AuthorizationTest, EveryCallNeedsAToken) {
  for (const auto* calls : {&reads_, &writes_}) {
    for (const auto& [name, call] : *calls) {
      EXPECT_THAT(call(""), StartsWith("UNAUTHENTICATED UNAUTHENTICATED_CALL")) << name;
      EXPECT_THAT(call("x.y.z"), StartsWith("UNAUTHENTICATED TOKEN_MALFORMED")) << name;
    }
  }
}

TEST_F(AuthorizationTest, ReadingNeedsAdminReadAndChangingAdminWrite) {
  const std::string nothing = bridge_.Token("acme", {});
  for (const auto& [name, call] : reads_) {
    EXPECT_THAT(call(nothing), StartsWith("PERMISSION_DENIED ROLE_MISSING role=admin.read")) << name;
    EXPECT_THAT(call(writer_), StartsWith("PERMISSION_DENIED ROLE_MISSING role=admin.read")) << name;
  }
  for (const auto& [name, call] : writes_) {
    EXPECT_THAT(call(nothing), StartsWith("PERMISSION_DENIED ROLE_MISSING role=admin.write")) << name;
    EXPECT_THAT(call(reader_), StartsWith("PERMISSION_DENIED ROLE_MISSING role=admin.write")) << name;
  }
}

TEST_F(AuthorizationTest, DrainingConcernsAllTenants) {
  EXPECT_THAT(writes_.at("Drain")(writer_), StartsWith("PERMISSION_DENIED ROLE_MISSING role=any_tenant"));
  EXPECT_EQ(bridge_.drains(), 0);
  EXPECT_THAT(writes_.at("Drain")(operator_), StartsWith("OK"));
  EXPECT_EQ(bridge_.drains(), 1);
}

TEST_F(AuthorizationTest, AnAdministratorSeesTheOwnTenantOnly) {
  bridge_.Connect("a", {.subject = "u", .tenant_id = "acme"});
  bridge_.Connect("b", {.subject = "u", .tenant_id = "other"});
  const std::string own = bridge_.Ask(reader_, &Admin::ListConnections, {});
  EXPECT_THAT(own, HasSubstr("client_id: \"a\""));
  EXPECT_THAT(own, Not(HasSubstr("client_id: \"b\"")));
  EXPECT_THAT(own, HasSubstr("total_size: 1"));
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::ListConnections, InTenant("other")),
              StartsWith("PERMISSION_DENIED TENANT_NOT_ALLOWED tenant_id=other"));
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::ListConnections, InTenant("")),
              StartsWith("PERMISSION_DENIED TENANT_NOT_ALLOWED"));
  EXPECT_THAT(bridge_.Ask(operator_, &Admin::ListConnections, {}), HasSubstr("total_size: 2"));
  EXPECT_THAT(bridge_.Ask(operator_, &Admin::ListConnections, InTenant("other")), HasSubstr("client_id: \"b\""));
}

TEST_F(AuthorizationTest, AnothersConnectionIsAsIfItWereNot) {
  bridge_.Connect("b", {.subject = "u", .tenant_id = "other"});
  v1::GetConnectionRequest another, nobody;
  another.set_client_id("b");
  nobody.set_client_id("c");
  std::string told = bridge_.Ask(reader_, &Admin::GetConnection, another);
  EXPECT_THAT(told, StartsWith("NOT_FOUND CONNECTION_NOT_FOUND"));
  std::replace(told.begin(), told.end(), 'b', 'c');
  std::string of_nobody = bridge_.Ask(reader_, &Admin::GetConnection, nobody);
  std::replace(of_nobody.begin(), of_nobody.end(), 'b', 'c');
  EXPECT_EQ(told, of_nobody);
}

TEST_F(AuthorizationTest, ClosingAllMeansTheOwnTenants) {
  const FakeClient& a = bridge_.Connect("a", {.subject = "u", .tenant_id = "acme"});
  const FakeClient& b = bridge_.Connect("b", {.subject = "u", .tenant_id = "other"});
  EXPECT_EQ(bridge_.Ask(writer_, &Admin::CloseConnections, CloseAll()), "OK client_ids: \"a\" closed: 1");
  EXPECT_TRUE(a.closed);
  EXPECT_FALSE(b.closed);
  v1::CloseConnectionsRequest by_id;
  by_id.mutable_filter()->add_client_ids("b");
  EXPECT_EQ(bridge_.Ask(writer_, &Admin::CloseConnections, by_id), "OK ");
  EXPECT_FALSE(b.closed);
}

TEST_F(AuthorizationTest, TopicsAndHistoryAreOfTheOwnTenant) {
  ASSERT_THAT(bridge_.Ask(bridge_.Token("other", {}), &Publisher::Publish, Note("secret")), StartsWith("OK"));
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::ListTopics, {}), Not(HasSubstr("secret")));
  v1::GetTopicRequest topic;
  topic.set_name("secret");
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::GetTopic, topic), StartsWith("NOT_FOUND"));
  topic.set_tenant_id("other");
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::GetTopic, topic), StartsWith("PERMISSION_DENIED TENANT_NOT_ALLOWED"));
  EXPECT_THAT(bridge_.Ask(operator_, &Admin::GetTopic, topic), HasSubstr("history_events: 1"));
  v1::GetHistoryRequest history;
  history.set_topic("secret");
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::GetHistory, history), Not(HasSubstr("json_bytes")));
  history.set_tenant_id("other");
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::GetHistory, history), StartsWith("PERMISSION_DENIED TENANT_NOT_ALLOWED"));
  EXPECT_THAT(Tail(reader_, "secret", "other").End(), StartsWith("PERMISSION_DENIED TENANT_NOT_ALLOWED"));
}

TEST_F(AuthorizationTest, ATailShowsTheOwnTenantsEvents) {
  ASSERT_THAT(bridge_.Ask(bridge_.Token("acme", {}), &Publisher::Publish, Note("user:u-17")), StartsWith("OK"));
  auto tail = Tail(reader_, "user:u-17");
  v1::TailTopicsResponse subscription, event;
  ASSERT_TRUE(tail.reader->Read(&subscription));
  ASSERT_TRUE(tail.reader->Read(&event));
  EXPECT_THAT(event.envelope_json(), HasSubstr("\"type\":\"note\""));
  tail.context->TryCancel();
}

TEST_F(AuthorizationTest, StatsAreOfTheOwnTenantUnlessAllMayBeSeen) {
  bridge_.Connect("a", {.subject = "u", .tenant_id = "acme"});
  bridge_.Connect("b", {.subject = "u", .tenant_id = "other"});
  ASSERT_THAT(bridge_.Ask(operator_, &Publisher::Publish, Note("x", "other")), StartsWith("OK"));
  v1::GetStatsResponse own, all;
  ASSERT_TRUE(bridge_.Call(reader_, &Admin::GetStats, {}, &own).ok());
  EXPECT_TRUE(own.own_tenant_only());
  EXPECT_EQ(own.connections(), 1U);
  EXPECT_EQ(own.subscriptions(), 1U);
  EXPECT_EQ(own.events_published(), 0U);
  EXPECT_EQ(own.topics(), 0U);
  EXPECT_EQ(own.history_bytes(), 0U);
  ASSERT_TRUE(bridge_.Call(operator_, &Admin::GetStats, {}, &all).ok());
  EXPECT_FALSE(all.own_tenant_only());
  EXPECT_EQ(all.events_published(), 1U);
}

TEST_F(AuthorizationTest, RevokingEndsWhatIsOpenAtOnce) {
  const FakeClient& hit = bridge_.Connect("a", {.subject = "u", .tenant_id = "acme", .token_id = "t-1"});
  const FakeClient& spared = bridge_.Connect("b", {.subject = "u", .tenant_id = "acme", .token_id = "t-2"});
  const FakeClient& others = bridge_.Connect("c", {.subject = "u", .tenant_id = "other", .token_id = "t-1"});
  v1::RevokeTokensRequest request;
  request.set_token_id("t-1");
  EXPECT_EQ(bridge_.Ask(writer_, &Admin::RevokeTokens, request), "OK connections_closed: 1");
  EXPECT_EQ(hit.closed, session::CloseCode::kUnauthorized);
  EXPECT_FALSE(spared.closed);
  EXPECT_FALSE(others.closed);
}

TEST_F(AuthorizationTest, RevokingAUserEndsStreamsAndRefusesTheToken) {
  auto watch = Watch(reader_);
  watch.reader->WaitForInitialMetadata();
  EXPECT_EQ(bridge_.Ask(operator_, &Admin::RevokeTokens, RevokeUser("admin", "acme")), "OK streams_ended: 1");
  EXPECT_THAT(watch.End(), StartsWith("UNAUTHENTICATED TOKEN_REVOKED"));
  EXPECT_THAT(bridge_.Ask(reader_, &Admin::ListTopics, {}), StartsWith("UNAUTHENTICATED TOKEN_REVOKED"));
  bridge_.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(bridge_.Ask(bridge_.Token("acme", {Role::kAdminRead}), &Admin::ListTopics, {}), StartsWith("OK"));
}

TEST_F(AuthorizationTest, RevokingAnotherTenantsTokensNeedsTheRole) {
  EXPECT_THAT(bridge_.Ask(writer_, &Admin::RevokeTokens, RevokeUser("u", "other")),
              StartsWith("PERMISSION_DENIED TENANT_NOT_ALLOWED"));
}

TEST_F(AuthorizationTest, ARevocationThatMeansNothingIsRefused) {
  EXPECT_THAT(bridge_.Ask(writer_, &Admin::RevokeTokens, v1::RevokeTokensRequest()),
              StartsWith("INVALID_ARGUMENT NOTHING_TO_REVOKE"));
  EXPECT_THAT(bridge_.Ask(writer_, &Admin::RevokeTokens, RevokeUser("")),
              StartsWith("INVALID_ARGUMENT NOTHING_TO_REVOKE"));
  v1::RevokeTokensRequest past = RevokeUser("u");
  past.mutable_expires_at()->set_seconds(1);
  EXPECT_THAT(bridge_.Ask(writer_, &Admin::RevokeTokens, past), StartsWith("INVALID_ARGUMENT BAD_TIME"));
  v1::RevokeTokensRequest far = RevokeUser("u");
  far.mutable_issued_until()->set_seconds(INT64_MAX);
  EXPECT_THAT(bridge_.Ask(writer_, &Admin::RevokeTokens, far), StartsWith("INVALID_ARGUMENT BAD_TIME"));
}

TEST_F(AuthorizationTest, AFullListSaysSo) {
  SecuredBridge bridge({.max_revocations = 1});
  const std::string writer = bridge.Token("acme", {Role::kAdminWrite});
  EXPECT_THAT(bridge.Ask(writer, &Admin::RevokeTokens, RevokeUser("u")), StartsWith("OK"));
  EXPECT_THAT(bridge.Ask(writer, &Admin::RevokeTokens, RevokeUser("v")),
              StartsWith("RESOURCE_EXHAUSTED REVOCATIONS_FULL"));
}

TEST_F(AuthorizationTest, AWatchEndsWhenItsTokenExpires) {
  auto watch = Watch(reader_);
  auto tail = Tail(reader_, "stats");
  v1::TailTopicsResponse subscription;
  ASSERT_TRUE(tail.reader->Read(&subscription));
  watch.reader->WaitForInitialMetadata();
  bridge_.clock().Advance(absl::Hours(2));
  bridge_.gate().streams().EndStale();
  EXPECT_THAT(watch.End(), StartsWith("UNAUTHENTICATED TOKEN_EXPIRED"));
  EXPECT_THAT(tail.End(), StartsWith("UNAUTHENTICATED TOKEN_EXPIRED"));
}

}  // namespace
}  // namespace spanwire::admin

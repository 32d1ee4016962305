// Who may publish what, over real calls with minted tokens.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/auth/secured_access.h"
#include "tests/unit/ingest/service_fixture.h"

namespace spanwire::ingest {
namespace {

using auth::Claims;
using auth::Role;
using auth::testing::SecuredAccess;
using testing::ElementsAre;
using testing::IsEmpty;

auth::RoleSet Roles(std::initializer_list<Role> roles) {
  auth::RoleSet set;
  for (const Role role : roles) set.Add(role);
  return set;
}

v1::Event WithTenant(v1::Event event, const std::string& tenant) {
  event.set_tenant_id(tenant);
  return event;
}

// Initialized before the service that looks at it.
struct Secured {
  SecuredAccess access{model::Clock::System()};
};

class AuthorizationTest : private Secured, public ServiceTest {
 protected:
  AuthorizationTest() : ServiceTest({}, *access) {}
  ~AuthorizationTest() override { ShutDown(); }

  using Headers = std::vector<std::string>;  // values of `authorization`

  Headers Bearer(Claims claims) { return {"Bearer " + access.Token(std::move(claims))}; }

  grpc::Status PublishAs(const Headers& headers, const v1::Event& event) {
    grpc::ClientContext context;
    for (const std::string& header : headers) context.AddMetadata("authorization", header);
    v1::PublishRequest request;
    *request.mutable_event() = event;
    v1::PublishResponse response;
    return stub_->Publish(&context, request, &response);
  }
  std::string Told(const Headers& headers, const v1::Event& event = NoteEvent("orders:1")) {
    return CodeAndReason(PublishAs(headers, event));
  }

  // One batch on a stream of its own: its answer, or nothing where the stream ended without.
  std::optional<v1::PublishStreamResponse> StreamAs(const Headers& headers, const v1::PublishStreamRequest& batch,
                                                    std::string* told = nullptr) {
    grpc::ClientContext context;
    for (const std::string& header : headers) context.AddMetadata("authorization", header);
    const auto stream = stub_->PublishStream(&context);
    v1::PublishStreamResponse response;
    stream->Write(batch);
    stream->WritesDone();
    const bool answered = stream->Read(&response);
    const grpc::Status status = stream->Finish();
    if (told != nullptr) *told = CodeAndReason(status);
    return answered ? std::optional(response) : std::nullopt;
  }

  using Secured::access;
};

TEST_F(AuthorizationTest, NobodyPublishesWithoutAToken) {
  EXPECT_EQ(Told({}), "UNAUTHENTICATED UNAUTHENTICATED_CALL");
  std::string told;
  EXPECT_FALSE(StreamAs({}, StreamBatch(1, {NoteEvent("orders:1")}), &told));
  EXPECT_EQ(told, "UNAUTHENTICATED UNAUTHENTICATED_CALL");
  EXPECT_EQ(CodeAndReason(PublishBatch({NoteEvent("orders:1")})), "UNAUTHENTICATED UNAUTHENTICATED_CALL");
  EXPECT_THAT(broker_.Places(), IsEmpty());
}

TEST_F(AuthorizationTest, ATokenIsTakenHoweverTheSchemeIsWritten) {
  const std::string good = access.Token({.publish = {"orders:*"}});
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "}) EXPECT_EQ(Told({scheme + good}), "OK");
}

// Each header that is not one good token, with the answer expected.
TEST_F(AuthorizationTest, HostileHeaders) {
  const std::string good = access.Token({.publish = {"*"}});
  std::string changed = good;
  char& first_of_signature = changed[changed.rfind('.') + 1];
  first_of_signature = first_of_signature == 'A' ? 'B' : 'A';
  const struct {
    const char* what;
    Headers headers;
    const char* answer;
  } rows[] = {
      {"empty", {""}, "UNAUTHENTICATED_CALL"},
      {"scheme alone", {"Bearer"}, "UNAUTHENTICATED_CALL"},
      {"no token", {"Bearer "}, "TOKEN_MALFORMED"},
      {"only spaces", {"Bearer     "}, "TOKEN_MALFORMED"},
      {"no scheme", {good}, "UNAUTHENTICATED_CALL"},
      {"another scheme", {"Basic " + good}, "UNAUTHENTICATED_CALL"},
      {"two schemes", {"Bearer Bearer " + good}, "TOKEN_MALFORMED"},
      {"two tokens in one", {"Bearer " + good + "," + good}, "TOKEN_MALFORMED"},
      {"two tokens apart", {"Bearer " + good + " " + good}, "TOKEN_MALFORMED"},
      {"a space behind", {"Bearer " + good + " x"}, "TOKEN_MALFORMED"},
      {"given twice", {"Bearer " + good, "Bearer " + good}, "UNAUTHENTICATED_CALL"},
      {"good and bad", {"Bearer " + good, "Bearer x"}, "UNAUTHENTICATED_CALL"},
      {"no JWS", {"Bearer a.b"}, "TOKEN_MALFORMED"},
      {"padded", {"Bearer " + good + "="}, "TOKEN_MALFORMED"},
      {"changed", {"Bearer " + changed}, "TOKEN_SIGNATURE"},
      {"giant", {"Bearer " + std::string(8 * 1024 + 1, 'a')}, "TOKEN_TOO_LARGE"},
      {"expired", Bearer({.expires_at = absl::Now() - absl::Minutes(1), .publish = {"*"}}), "TOKEN_EXPIRED"},
      {"not yet", Bearer({.not_before = absl::Now() + absl::Minutes(1), .publish = {"*"}}), "TOKEN_NOT_YET_VALID"},
      {"for another", Bearer({.audiences = {"other"}, .publish = {"*"}}), "TOKEN_AUDIENCE"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Told(row.headers), std::string("UNAUTHENTICATED ") + row.answer) << row.what;
  }
  EXPECT_THAT(broker_.Places(), IsEmpty());
}

TEST_F(AuthorizationTest, NoErrorRepeatsTheToken) {
  const std::string expired = access.Token({.expires_at = absl::Now() - absl::Minutes(1)});
  const grpc::Status status = PublishAs({"Bearer " + expired}, NoteEvent("t"));
  EXPECT_THAT(status.error_message(), testing::Not(testing::HasSubstr(expired)));
  EXPECT_THAT(status.error_details(), testing::Not(testing::HasSubstr(expired.substr(0, 20))));
}

TEST_F(AuthorizationTest, PublishesWhatTheClaimAllowsAndNothingElse) {
  const Headers orders = Bearer({.publish = {"orders:*"}});
  EXPECT_EQ(Told(orders, NoteEvent("orders:1")), "OK");
  EXPECT_EQ(Told(orders, NoteEvent("logs")), "PERMISSION_DENIED TOPIC_NOT_ALLOWED");
  EXPECT_EQ(Told(orders, NoteEvent("user:u-17")), "PERMISSION_DENIED TOPIC_NOT_ALLOWED");
  EXPECT_EQ(Told(Bearer({.topics = {"*"}}), NoteEvent("orders:1")), "PERMISSION_DENIED TOPIC_NOT_ALLOWED");
  EXPECT_THAT(broker_.Places(), ElementsAre("/orders:1"));
}

TEST_F(AuthorizationTest, ABadEventSpoilsOnlyItself) {
  const auto answer = StreamAs(Bearer({.publish = {"a", "b"}}),
                               StreamBatch(1, {NoteEvent("a"), NoteEvent("c"), NoteEvent("a"), NoteEvent("b")}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->results(0).response().offset(), 1U);
  EXPECT_EQ(answer->results(1).error().code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ErrorInfoOf(answer->results(1).error()).reason(), "TOPIC_NOT_ALLOWED");
  EXPECT_EQ(ErrorInfoOf(answer->results(1).error()).metadata().at("topic"), "c");
  EXPECT_EQ(answer->results(3).response().offset(), 3U);
}

// What a batch's events share must not carry a permission over.
TEST_F(AuthorizationTest, ARefusedEventsNeighboursOfTheSameTopicAreRefusedToo) {
  const auto answer =
      StreamAs(Bearer({.tenant_id = "acme", .publish = {"a"}}),
               StreamBatch(1, {NoteEvent("a"), WithTenant(NoteEvent("a"), "other"), NoteEvent("c"), NoteEvent("c")}));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->results(0).has_response());
  EXPECT_EQ(ErrorInfoOf(answer->results(1).error()).reason(), "TENANT_NOT_ALLOWED");
  EXPECT_EQ(ErrorInfoOf(answer->results(2).error()).reason(), "TOPIC_NOT_ALLOWED");
  EXPECT_EQ(ErrorInfoOf(answer->results(3).error()).reason(), "TOPIC_NOT_ALLOWED");
}

TEST_F(AuthorizationTest, NoTenantMeansTheTokens) {
  const Headers acme = Bearer({.tenant_id = "acme", .publish = {"*"}});
  EXPECT_EQ(Told(acme, NoteEvent("a")), "OK");
  EXPECT_EQ(Told(acme, WithTenant(NoteEvent("a"), "acme")), "OK");
  EXPECT_EQ(Told(acme, WithTenant(NoteEvent("a"), "other")), "PERMISSION_DENIED TENANT_NOT_ALLOWED");
  const Headers any = Bearer({.tenant_id = "acme", .publish = {"*"}, .roles = Roles({Role::kAnyTenant})});
  EXPECT_EQ(Told(any, WithTenant(NoteEvent("a"), "other")), "OK");
  EXPECT_EQ(Told(any, NoteEvent("a")), "OK");
  EXPECT_THAT(broker_.Places(), ElementsAre("acme/a", "acme/a", "other/a", "acme/a"));
}

// Otherwise one tenant could learn, or block, what another publishes.
TEST_F(AuthorizationTest, IdsAndProducersOfTenantsDoNotMeet) {
  const Headers acme = Bearer({.tenant_id = "acme", .publish = {"*"}});
  const Headers other = Bearer({.tenant_id = "other", .publish = {"*"}});
  const auto batch = StreamBatch(1, {NoteWithId("a", "order-1")}, "producer");
  EXPECT_FALSE(StreamAs(acme, batch)->results(0).response().duplicate());
  EXPECT_FALSE(StreamAs(other, batch)->results(0).response().duplicate());
  EXPECT_TRUE(StreamAs(acme, batch)->results(0).response().duplicate());
  EXPECT_THAT(broker_.Places(), ElementsAre("acme/a", "other/a"));
}

TEST_F(AuthorizationTest, ProducersOfOneTenantDoNotMeetEither) {
  const auto batch = StreamBatch(1, {NoteEvent("a")}, "producer");
  EXPECT_FALSE(StreamAs(Bearer({.subject = "x", .publish = {"*"}}), batch)->results(0).response().duplicate());
  EXPECT_FALSE(StreamAs(Bearer({.subject = "y", .publish = {"*"}}), batch)->results(0).response().duplicate());
  EXPECT_TRUE(StreamAs(Bearer({.subject = "x", .publish = {"*"}}), batch)->results(0).response().duplicate());
}

TEST_F(AuthorizationTest, ARevokedStreamEndsAfterWhatItWasOwed) {
  broker_.Hold();
  grpc::ClientContext context;
  context.AddMetadata("authorization", Bearer({.token_id = "t-1", .publish = {"*"}}).front());
  const auto stream = stub_->PublishStream(&context);
  stream->Write(StreamBatch(1, {NoteEvent("a")}));
  broker_.AwaitCalls(1);
  ASSERT_TRUE(access->Revoke({.token_id = "t-1"}).ok());
  EXPECT_EQ(gate_.streams().EndStale(), 1U);
  broker_.Release();
  v1::PublishStreamResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results(0).response().offset(), 1U);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(stream->Finish()), "UNAUTHENTICATED TOKEN_REVOKED");
}

// Not only when somebody looks at all streams.
TEST_F(AuthorizationTest, ABatchAfterTheRevocationIsNotTaken) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", Bearer({.token_id = "t-1", .publish = {"*"}}).front());
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamResponse response;
  stream->Write(StreamBatch(1, {NoteEvent("a")}));
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_TRUE(access->Revoke({.token_id = "t-1"}).ok());
  stream->Write(StreamBatch(2, {NoteEvent("a")}));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(stream->Finish()), "UNAUTHENTICATED TOKEN_REVOKED");
  EXPECT_THAT(broker_.Places(), ElementsAre("/a"));
}

// By the machine's clock: the token counts for half a second, leeway included.
TEST_F(AuthorizationTest, AnIdleStreamEndsWhenItsTokenExpires) {
  grpc::ClientContext context;
  const auto half_a_second = absl::Now() - absl::Milliseconds(4500);
  const absl::Time exp = absl::FromUnixSeconds(absl::ToUnixSeconds(half_a_second) + 1);
  context.AddMetadata("authorization",
                      Bearer({.expires_at = exp, .issued_at = exp - absl::Hours(1), .publish = {"*"}}).front());
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(stream->Finish()), "UNAUTHENTICATED TOKEN_EXPIRED");
}

TEST_F(AuthorizationTest, SchemasAreForThoseWhoAreLetIn) {
  const auto schemas = v1::SchemaService::NewStub(channel_);
  v1::ListSchemasResponse response;
  grpc::ClientContext nobody;
  EXPECT_EQ(CodeAndReason(schemas->ListSchemas(&nobody, {}, &response)), "UNAUTHENTICATED UNAUTHENTICATED_CALL");
  grpc::ClientContext somebody;
  somebody.AddMetadata("authorization", Bearer({}).front());
  EXPECT_TRUE(schemas->ListSchemas(&somebody, {}, &response).ok());
}

}  // namespace
}  // namespace spanwire::ingest

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/auth/access_control.h"
#include "bridge/auth/token_mint.h"
#include "bridge/session/poll.h"
#include "bridge/session/poll_query.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/auth/test_keys.h"
#include "tests/unit/session/session_fixture.h"

namespace spanwire::session {
namespace {

using config::Access;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A session of a bridge that asks for tokens; `news` is for everybody with one, `gift-list:*` for who has the claim.
class SessionAuthTest : public SessionTest {
 protected:
  explicit SessionAuthTest(std::vector<config::TopicPolicy> topics = {
                               {.match = "news", .access = Access::kAuthenticated}}) {
    config::AuthSettings settings;
    settings.hs256_secret_file = folder_.Write("secret", auth::testing::kSecret);
    access_ = auth::AccessControl::Create(settings, topics, clock_).value();
    settings_.access = access_.get();
    settings_.secure = true;
  }

  auth::Claims Ann() const {
    return {.subject = "ann", .expires_at = clock_.Now() + absl::Minutes(10), .topics = {"gift-list:*"}};
  }
  static std::string Mint(const auth::Claims& claims) {
    return auth::MintToken(auth::WriteClaims(claims), "", auth::testing::SecretKey()).value();
  }
  Admission As(const auth::Claims& claims) const {
    return {.identity = access_->Authenticate(Mint(claims)).value(), .refusal = "", .since = std::nullopt};
  }
  void SayAuth(const std::string& token) { Say(fmt::format(R"({{"action":"auth","token":"{}","id":7}})", token)); }
  void Subscribe(const std::string& topic) { Say(fmt::format(R"({{"action":"subscribe","topic":"{}"}})", topic)); }
  // The words of all that was received until nothing more comes.
  std::vector<std::string> Words() {
    Settle();
    return TakeWords();
  }

  const spanwire::testing::TemporaryFolder folder_;
  std::unique_ptr<auth::AccessControl> access_;
};

TEST_F(SessionAuthTest, NothingIsSaidOrUnderstoodBeforeTheToken) {
  NewSession();
  session_->Start();
  EXPECT_THAT(Words(), IsEmpty());
  Subscribe("news");
  EXPECT_THAT(Words(), ElementsAre("error unauthorized"));
  Say(R"({"action":"unsubscribe","topic":"news"})");
  EXPECT_THAT(Words(), ElementsAre("error unauthorized"));
  Say("nonsense");
  EXPECT_THAT(Words(), ElementsAre("error bad_request"));
  EXPECT_FALSE(out_->closed);
}

TEST_F(SessionAuthTest, APingBeforeTheTokenLearnsNothingOfTheLog) {
  broker_.Publish("news");
  NewSession();
  session_->Start();
  Say(R"({"action":"ping","id":"p"})");
  Settle();
  const auto messages = Take();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].at("type").as_string(), "pong");
  EXPECT_FALSE(messages[0].at("data").as_object().contains("cursor"));
}

TEST_F(SessionAuthTest, WithoutATokenInTimeItEndsWith4001) {
  NewSession();
  session_->Start();
  EXPECT_EQ(session_->deadline(), clock_.Now() + absl::Seconds(10));
  clock_.Advance(absl::Seconds(10) - absl::Milliseconds(1));
  session_->OnDeadline();
  EXPECT_FALSE(out_->closed);
  clock_.Advance(absl::Milliseconds(1));
  session_->OnDeadline();
  EXPECT_EQ(out_->closed, CloseCode::kUnauthorized);
  EXPECT_THAT(Words(), ElementsAre("disconnect"));
}

TEST_F(SessionAuthTest, AFirstAuthMessageIsWelcomedAndGetsTheUsersOwnTopic) {
  NewSession();
  session_->Start();
  SayAuth(Mint(Ann()));
  Settle();
  const auto messages = Take();
  ASSERT_EQ(messages.size(), 2u);
  const auto& connected = messages[0].at("data").as_object();
  EXPECT_EQ(messages[0].at("type").as_string(), "connected");
  EXPECT_EQ(connected.at("user_id").as_string(), "ann");
  EXPECT_EQ(connected.at("id").as_int64(), 7);
  EXPECT_TRUE(connected.at("secure").as_bool());
  EXPECT_EQ(connected.at("session_expires_at").as_string(),
            absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", clock_.Now() + absl::Minutes(10), absl::UTCTimeZone()));
  EXPECT_EQ(Word(messages[1]), "subscription user:ann e1-0");
  // With leeway.
  EXPECT_EQ(session_->deadline(), clock_.Now() + absl::Minutes(10) + absl::Seconds(5));
  EXPECT_EQ(out_->deadlines, 2);
  EXPECT_EQ(out_->identifications, 1);
}

TEST_F(SessionAuthTest, ATokenThatDoesNotCountEndsItWith4001) {
  NewSession();
  session_->Start();
  SayAuth("e30.e30.e30");
  EXPECT_THAT(Words(), ElementsAre("error unauthorized", "disconnect"));
  EXPECT_EQ(out_->closed, CloseCode::kUnauthorized);
  SayAuth(Mint(Ann()));
  EXPECT_THAT(Words(), IsEmpty());
}

TEST_F(SessionAuthTest, WhoComesWithABadTokenIsToldWhyAndClosed) {
  NewSession({.refusal = "the token has expired"});
  session_->Start();
  const auto messages = Take();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].at("type").as_string(), "disconnect");
  EXPECT_EQ(messages[0].at("data").as_object().at("reason").as_string(), "the token has expired");
  EXPECT_EQ(out_->closed, CloseCode::kUnauthorized);
}

TEST_F(SessionAuthTest, ATopicIsReadByAccessOrClaimAndNoneOfAnotherUser) {
  NewSession(As(Ann()));
  session_->Start();
  EXPECT_THAT(Words(), ElementsAre("connected", "subscription user:ann e1-0"));
  Subscribe("news");
  Subscribe("gift-list:1");
  Subscribe("logs");
  Subscribe("user:bob");
  EXPECT_THAT(Words(), ElementsAre("error forbidden", "error forbidden", "subscription news e1-0",
                                   "subscription gift-list:1 e1-0"));
}

TEST_F(SessionAuthTest, ItsOwnTopicIsResumedFromTheCursorOfTheUrl) {
  broker_.Publish("user:ann");
  broker_.Publish("user:ann");
  Admission admission = As(Ann());
  admission.since = "e1-1";
  NewSession(std::move(admission));
  session_->Start();
  EXPECT_THAT(Words(), ElementsAre("connected", "subscription user:ann e1-1 recovered", "2 user:ann"));
}

TEST_F(SessionAuthTest, ACursorOfTheUrlThatIsNoneIsToldAndTheTopicIsLeftToTheClient) {
  Admission admission = As(Ann());
  admission.since = "???";
  NewSession(std::move(admission));
  session_->Start();
  EXPECT_THAT(Words(), ElementsAre("connected", "error bad_cursor", "subscription user:ann e1-0"));
}

TEST_F(SessionAuthTest, ItsOwnTopicDoesNotCountTowardsItsTopics) {
  settings_.limits.topics_per_connection = 1;
  NewSession(As(Ann()));
  session_->Start();
  Subscribe("news");
  EXPECT_THAT(Words(), ElementsAre("connected", "subscription user:ann e1-0", "subscription news e1-0"));
  Subscribe("gift-list:1");
  EXPECT_THAT(Words(), ElementsAre("error too_many_topics"));
}

TEST_F(SessionAuthTest, AFreshTokenProlongsItAndEndsWhatItNoLongerAllows) {
  NewSession(As(Ann()));
  session_->Start();
  Subscribe("news");
  Subscribe("gift-list:1");
  Words();
  clock_.Advance(absl::Minutes(9));
  auth::Claims fresh = Ann();
  fresh.topics = {};
  SayAuth(Mint(fresh));
  EXPECT_THAT(Words(), ElementsAre("connected", "unsubscription gift-list:1"));
  EXPECT_EQ(out_->identifications, 0) << "it was known before";
  clock_.Advance(absl::Minutes(9));
  session_->OnDeadline();
  EXPECT_FALSE(out_->closed);
  broker_.Publish("gift-list:1");
  broker_.Publish("news");
  EXPECT_THAT(Words(), ElementsAre("2 news"));
}

TEST_F(SessionAuthTest, ATopicThatIsNotYetAnsweredIsRefusedWhenTheFreshTokenDoesNotAllowIt) {
  NewSession(As(Ann()));
  session_->Start();
  Words();
  Subscribe("gift-list:1");
  auth::Claims fresh = Ann();
  fresh.topics = {};
  SayAuth(Mint(fresh));
  EXPECT_THAT(Words(), ElementsAre("connected", "error forbidden"));
}

TEST_F(SessionAuthTest, ATokenOfAnotherUserOrTenantChangesNothing) {
  NewSession(As(Ann()));
  session_->Start();
  Words();
  auth::Claims bob = Ann();
  bob.subject = "bob";
  SayAuth(Mint(bob));
  EXPECT_THAT(Words(), ElementsAre("error forbidden"));
  auth::Claims elsewhere = Ann();
  elsewhere.tenant_id = "acme";
  SayAuth(Mint(elsewhere));
  EXPECT_THAT(Words(), ElementsAre("error forbidden"));
  EXPECT_EQ(session_->identity().subject, "ann");
  EXPECT_FALSE(out_->closed);
}

TEST_F(SessionAuthTest, AnExpiredTokenEndsItWith4001) {
  NewSession(As(Ann()));
  session_->Start();
  Words();
  clock_.Advance(absl::Minutes(10) + absl::Seconds(5) - absl::Milliseconds(1));
  session_->OnDeadline();
  EXPECT_FALSE(out_->closed);
  clock_.Advance(absl::Milliseconds(1));
  session_->OnDeadline();
  EXPECT_EQ(out_->closed, CloseCode::kUnauthorized);
}

TEST_F(SessionAuthTest, RulesThatChangeEndWhatTheyNoLongerAllow) {
  NewSession(As(Ann()));
  session_->Start();
  Subscribe("news");
  Words();
  access_->ReplaceRules({});
  session_->OnRulesChanged();
  EXPECT_THAT(Words(), ElementsAre("unsubscription news"));
}

TEST_F(SessionAuthTest, ATokenThatWasRevokedDuringTheHandshakeCountsNoMore) {
  auth::Claims claims = Ann();
  claims.token_id = "t-1";
  NewSession(As(claims));
  ASSERT_TRUE(access_->revocations().RevokeToken("", "t-1", clock_.Now() + absl::Hours(1)).ok());
  session_->Start();
  EXPECT_THAT(Words(), ElementsAre("disconnect"));
  EXPECT_EQ(out_->closed, CloseCode::kUnauthorized);
}

TEST_F(SessionAuthTest, AStrangersMessageMayBeAsLongAsATokenNeeds) {
  NewSession();
  session_->Start();
  EXPECT_EQ(session_->max_message_bytes(), 9u << 10);
  SayAuth(Mint(Ann()));
  EXPECT_EQ(session_->max_message_bytes(), settings_.limits.client_message_bytes);
}

// A poll of `news` that is held.
class HeldPollAuthTest : public SessionAuthTest {
 protected:
  HeldPollAuthTest() {
    auth::Claims claims = Ann();
    claims.token_id = "t-1";
    PollRefusal refusal;
    poll_ = Poll::Create(shard_, registry_, settings_, {.identity = As(claims).identity},
                         {.topics = {"news"}, .cursor = "e1-0"}, &refusal);
    EXPECT_NE(poll_, nullptr) << refusal.detail;
    poll_->Start([this](absl::StatusOr<std::string> body) { body_ = std::move(body); });
  }
  ~HeldPollAuthTest() override { poll_->Cancel(); }

  Registry registry_;
  std::shared_ptr<Poll> poll_;
  std::optional<absl::StatusOr<std::string>> body_;
};

TEST_F(HeldPollAuthTest, EndsWhenNewRulesTakeItsTopic) {
  Settle();
  access_->ReplaceRules({});
  poll_->OnRulesChanged();
  ASSERT_TRUE(body_);
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(HeldPollAuthTest, GoesOnWhenNewRulesLeaveItsTopic) {
  Settle();
  poll_->OnRulesChanged();
  EXPECT_FALSE(body_);
}

TEST_F(HeldPollAuthTest, RulesThatChangeDuringItsFirstReadCountForIt) {
  access_->ReplaceRules({});
  Settle();
  ASSERT_TRUE(body_);
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(HeldPollAuthTest, ARevocationDuringItsFirstReadCountsForIt) {
  ASSERT_TRUE(access_->revocations().RevokeToken("", "t-1", clock_.Now() + absl::Hours(1)).ok());
  Settle();
  ASSERT_TRUE(body_);
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(HeldPollAuthTest, ARevocationEndsItWithoutAnotherWord) {
  Settle();
  broker_.Publish("news");
  poll_->Disconnect(CloseCode::kUnauthorized, "revoked");
  ASSERT_TRUE(body_);
  EXPECT_EQ(body_->status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(SessionAuthTest, APollOfWhatMayNotBeReadIsRefusedByName) {
  PollQuery query{.topics = {"news", "logs"}};
  PollRefusal refusal;
  EXPECT_FALSE(CheckPollQuery(settings_, *As(Ann()).identity, &query, &refusal));
  EXPECT_EQ(refusal.code, error_code::kForbidden);
  EXPECT_THAT(refusal.detail, ::testing::HasSubstr("logs"));
  EXPECT_FALSE(CheckPollQuery(settings_, *auth::Anonymous(), &query, &refusal));
  EXPECT_EQ(refusal.code, error_code::kUnauthorized);
}

// There is a topic for everybody.
class SessionPublicTest : public SessionAuthTest {
 protected:
  SessionPublicTest() : SessionAuthTest({{.match = "status", .access = Access::kPublic}}) {}
};

TEST_F(SessionPublicTest, WhoShowsNothingIsWelcomeToWhatIsPublic) {
  NewSession();
  session_->Start();
  EXPECT_EQ(session_->deadline(), absl::InfiniteFuture());
  Subscribe("status");
  Subscribe("logs");
  EXPECT_THAT(Words(), ElementsAre("connected", "error unauthorized", "subscription status e1-0"));
}

TEST_F(SessionPublicTest, AndMayShowATokenLater) {
  NewSession();
  session_->Start();
  Subscribe("status");
  Words();
  SayAuth(Mint(Ann()));
  EXPECT_THAT(Words(), ElementsAre("connected", "subscription user:ann e1-0"));
  broker_.Publish("status");
  EXPECT_THAT(Words(), ElementsAre("1 status"));
}

TEST_F(SessionPublicTest, WhoShowedNothingMustWhenNothingIsPublicAnyMore) {
  NewSession();
  session_->Start();
  Subscribe("status");
  Words();
  access_->ReplaceRules({});
  session_->OnRulesChanged();
  EXPECT_THAT(Words(), ElementsAre("unsubscription status"));
  Subscribe("status");
  EXPECT_THAT(Words(), ElementsAre("error unauthorized"));
  clock_.Advance(absl::Seconds(10));
  session_->OnDeadline();
  EXPECT_EQ(out_->closed, CloseCode::kUnauthorized);
}

TEST_F(SessionPublicTest, APositionOfTheTenantThatWasLeftIsNotTold) {
  NewSession();
  session_->Start();
  Words();
  Say(R"({"action":"ping","id":"p"})");
  auth::Claims elsewhere = Ann();
  elsewhere.tenant_id = "acme";
  SayAuth(Mint(elsewhere));
  Settle();
  for (const auto& message : Take()) {
    if (message.at("type").as_string() == "pong") {
      EXPECT_FALSE(message.at("data").as_object().contains("cursor"));
    }
  }
}

TEST_F(SessionPublicTest, WhoTurnsOutToBeOfAnotherTenantLeavesTheTopicsOfThisOne) {
  NewSession();
  session_->Start();
  Subscribe("status");
  Words();
  auth::Claims elsewhere = Ann();
  elsewhere.tenant_id = "acme";
  SayAuth(Mint(elsewhere));
  RunShard();
  const std::vector<std::string> words = TakeWords();
  ASSERT_GE(words.size(), 2u);
  EXPECT_EQ(words[0], "unsubscription status");
  EXPECT_EQ(words[1], "connected");
}

}  // namespace
}  // namespace spanwire::session

#include "bridge/auth/token_verifier.h"

#include "bridge/auth/refusal.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/verifier_fixture.h"

namespace spanwire::auth {
namespace {

using testing::ReasonOf;

class TokenVerifierTest : public ::testing::Test, protected testing::VerifierFixture {
 protected:
  static std::string Mint(const SigningKey& key, std::string_view kid, std::string_view more = {}) {
    return MintToken(Payload(more), kid, key).value();
  }
};

TEST_F(TokenVerifierTest, TakesEveryAlgorithm) {
  struct Row {
    SigningKey key;
    const char* kid;
  };
  std::vector<Row> rows;
  rows.push_back({testing::SecretKey(), ""});
  rows.push_back({testing::KeyOf(testing::RsaPem(), PublicKeyAlgorithm::kRs256), "rsa"});
  rows.push_back({testing::KeyOf(testing::RsaPem(), PublicKeyAlgorithm::kRs384), "rsa"});
  rows.push_back({testing::KeyOf(testing::RsaPem(), PublicKeyAlgorithm::kRs512), "rsa"});
  rows.push_back({testing::KeyOf(testing::P256Pem()), "p256"});
  rows.push_back({testing::KeyOf(testing::P384Pem()), "p384"});
  rows.push_back({testing::KeyOf(testing::Ed25519Pem()), "ed"});
  for (const Row& row : rows) {
    for (const char* kid : {row.kid, ""}) {
      const auto claims = verifier.Verify(Mint(row.key, kid));
      ASSERT_TRUE(claims.ok()) << NameOf(row.key.algorithm()) << claims.status();
      EXPECT_EQ(claims->subject, "u-17");
    }
  }
}

TEST_F(TokenVerifierTest, LongSecretsServeTheLongHashes) {
  for (const HmacAlgorithm algorithm : {HmacAlgorithm::kHs384, HmacAlgorithm::kHs512}) {
    std::vector<VerificationKey> keys;
    keys.push_back({.kid = {}, .material = HmacSecret::Create(testing::kSecret, algorithm).value()});
    ring.Replace(std::make_shared<const KeySet>(KeySet::Create(std::move(keys)).value()));
    EXPECT_TRUE(verifier.Verify(Mint(testing::SecretKey(algorithm), "")).ok());
    EXPECT_EQ(ReasonOf(verifier.Verify(Mint(testing::SecretKey(), "")).status()), reason::kUnknownKey);
  }
}

TEST_F(TokenVerifierTest, TheClockDecides) {
  const std::string token = Mint(testing::SecretKey(), "");
  clock.Advance(absl::Seconds(604));
  EXPECT_TRUE(verifier.Verify(token).ok());
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonOf(verifier.Verify(token).status()), reason::kExpired);
}

TEST_F(TokenVerifierTest, AnIdentityEndsWithTheLeeway) {
  const auto claims = verifier.Verify(Mint(testing::SecretKey(), "", R"("tenant_id":"acme","topics":["a"],"iat":1)"));
  ASSERT_TRUE(claims.ok()) << claims.status();
  const Identity identity = verifier.IdentityOf(*claims);
  EXPECT_EQ(identity.subject, "u-17");
  EXPECT_EQ(identity.tenant_id, "acme");
  EXPECT_EQ(identity.expires_at, absl::FromUnixSeconds(kNow + 600));
  EXPECT_EQ(identity.valid_until, absl::FromUnixSeconds(kNow + 605));
  EXPECT_EQ(identity.issued_at, absl::FromUnixSeconds(1));
}

TEST_F(TokenVerifierTest, RevokedTokensAreRefused) {
  const std::string token = Mint(testing::SecretKey(), "", R"("jti":"t-1")");
  ASSERT_TRUE(verifier.Verify(token).ok());
  ASSERT_TRUE(revocations.RevokeToken("", "t-1", absl::FromUnixSeconds(kNow + 605)).ok());
  EXPECT_EQ(ReasonOf(verifier.Verify(token).status()), reason::kRevoked);
  EXPECT_TRUE(verifier.Verify(Mint(testing::SecretKey(), "", R"("jti":"t-2")")).ok());
}

TEST_F(TokenVerifierTest, RevokedUsersNeedANewToken) {
  const std::string old = Mint(testing::SecretKey(), "", fmt::format(R"("iat":{})", kNow - 1));
  ASSERT_TRUE(revocations.RevokeUser("", "u-17", absl::FromUnixSeconds(kNow - 1), absl::InfiniteFuture()).ok());
  EXPECT_EQ(ReasonOf(verifier.Verify(old).status()), reason::kRevoked);
  EXPECT_EQ(ReasonOf(verifier.Verify(Mint(testing::SecretKey(), "")).status()), reason::kRevoked);
  EXPECT_TRUE(verifier.Verify(Mint(testing::SecretKey(), "", fmt::format(R"("iat":{})", kNow))).ok());
}

TEST_F(TokenVerifierTest, TokensHaveAtMostTheBytesThatAreSet) {
  const std::string token = Mint(testing::SecretKey(), "");
  const TokenRules rules = verifier.rules();
  const auto verify = [&](size_t max_bytes) {
    TokenRules own = rules;
    own.max_bytes = max_bytes;
    return TokenVerifier(own, ring, revocations, clock).Verify(token).status();
  };
  EXPECT_TRUE(verify(token.size()).ok());
  EXPECT_EQ(ReasonOf(verify(token.size() - 1)), reason::kTooLarge);
}

// Every place of a token, every bit: none can be changed.
TEST_F(TokenVerifierTest, AnyChangedByteIsRefused) {
  for (const std::string& token : {Mint(testing::SecretKey(), ""), Mint(testing::KeyOf(testing::Ed25519Pem()), "ed")}) {
    for (size_t at = 0; at < token.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string changed = token;
        changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
        ASSERT_FALSE(verifier.Verify(changed).ok()) << at << " " << bit;
      }
    }
  }
}

TEST_F(TokenVerifierTest, RefusalsAreUnauthenticated) {
  EXPECT_EQ(verifier.Verify("").status().code(), absl::StatusCode::kUnauthenticated);
  clock.Advance(absl::Hours(1));
  const absl::Status expired = verifier.Verify(Mint(testing::SecretKey(), "")).status();
  EXPECT_EQ(expired.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(model::DetailOf(expired).metadata.front(), std::pair(std::string("claim"), std::string("exp")));
}

}  // namespace
}  // namespace spanwire::auth

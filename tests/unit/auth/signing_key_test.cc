#include "bridge/auth/signing_key.h"

#include "bridge/auth/token_mint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

using ::testing::HasSubstr;

TEST(SigningKey, TakesTheUsualAlgorithmOfItsFamily) {
  EXPECT_EQ(NameOf(testing::KeyOf(testing::RsaPem()).algorithm()), "RS256");
  EXPECT_EQ(NameOf(testing::KeyOf(testing::P256Pem()).algorithm()), "ES256");
  EXPECT_EQ(NameOf(testing::KeyOf(testing::P384Pem()).algorithm()), "ES384");
  EXPECT_EQ(NameOf(testing::KeyOf(testing::Ed25519Pem()).algorithm()), "EdDSA");
}

TEST(SigningKey, RefusesAnAlgorithmOfAnotherFamily) {
  EXPECT_FALSE(SigningKey::FromPem(testing::RsaPem(), PublicKeyAlgorithm::kEs256).ok());
  EXPECT_FALSE(SigningKey::FromPem(testing::P256Pem(), PublicKeyAlgorithm::kEs384).ok());
}

TEST(SigningKey, SaysWhatItWasGivenInstead) {
  EXPECT_THAT(SigningKey::FromPem(testing::PublicPemOf(testing::P256Pem())).status().message(),
              HasSubstr("public key"));
  EXPECT_THAT(SigningKey::FromPem("no pem").status().message(), HasSubstr("no private key"));
  EXPECT_THAT(SigningKey::FromPem("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
                  .status()
                  .message(),
              HasSubstr("encrypted"));
}

TEST(SigningKey, SecretsHaveTheSizeOfTheHashAtLeast) {
  const std::string_view secret = testing::kSecret;
  EXPECT_TRUE(SigningKey::FromSecret(secret.substr(0, 32), HmacAlgorithm::kHs256).ok());
  EXPECT_FALSE(SigningKey::FromSecret(secret.substr(0, 31), HmacAlgorithm::kHs256).ok());
  EXPECT_TRUE(SigningKey::FromSecret(secret.substr(0, 48), HmacAlgorithm::kHs384).ok());
  EXPECT_FALSE(SigningKey::FromSecret(secret.substr(0, 47), HmacAlgorithm::kHs384).ok());
  EXPECT_TRUE(SigningKey::FromSecret(secret, HmacAlgorithm::kHs512).ok());
  EXPECT_FALSE(SigningKey::FromSecret(secret.substr(0, 63), HmacAlgorithm::kHs512).ok());
}

TEST(TokenMint, WritesClaimsThatAreReadBack) {
  Claims claims{.subject = "u-17",
                .tenant_id = "acme",
                .issuer = "https://id.example",
                .audiences = {"a", "b"},
                .expires_at = absl::FromUnixSeconds(1'800'000'000),
                .not_before = absl::FromUnixSeconds(1'700'000'000),
                .issued_at = absl::FromUnixSeconds(1'700'000'001),
                .token_id = "t-1",
                .topics = {"stats", "gift-list:*"},
                .publish = {"*"}};
  claims.roles.Add(Role::kAdminRead);
  claims.roles.Add(Role::kAnyTenant);
  const auto read = ReadClaims(WriteClaims(claims));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->subject, claims.subject);
  EXPECT_EQ(read->tenant_id, claims.tenant_id);
  EXPECT_EQ(read->issuer, claims.issuer);
  EXPECT_EQ(read->audiences, claims.audiences);
  EXPECT_EQ(read->expires_at, claims.expires_at);
  EXPECT_EQ(read->not_before, claims.not_before);
  EXPECT_EQ(read->issued_at, claims.issued_at);
  EXPECT_EQ(read->token_id, claims.token_id);
  EXPECT_EQ(read->topics, claims.topics);
  EXPECT_EQ(read->publish, claims.publish);
  EXPECT_EQ(read->roles, claims.roles);
}

TEST(TokenMint, WritesNothingForWhatIsUnset) {
  EXPECT_EQ(WriteClaims({.subject = "u", .expires_at = absl::FromUnixSeconds(5)}), R"({"sub":"u","exp":5})");
}

}  // namespace
}  // namespace spanwire::auth

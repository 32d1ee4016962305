#include "bridge/auth/public_key.h"

#include "bridge/auth/base64url.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

using ::testing::HasSubstr;

std::string FaultOf(std::string_view pem) {
  const auto keys = PublicKey::FromPem(pem);
  return keys.ok() ? "" : std::string(keys.status().message());
}

TEST(PublicKey, ReadsEveryKeyOfAPem) {
  const auto keys =
      PublicKey::FromPem("a comment\n" + testing::PublicPemOf(testing::RsaPem()) +
                         testing::PublicPemOf(testing::P384Pem()) + testing::PublicPemOf(testing::Ed25519Pem()));
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 3U);
  EXPECT_EQ((*keys)[0].family(), PublicKeyFamily::kRsa);
  EXPECT_EQ((*keys)[1].family(), PublicKeyFamily::kP384);
  EXPECT_EQ((*keys)[2].family(), PublicKeyFamily::kEd25519);
}

TEST(PublicKey, SaysWhatAPemHoldsInstead) {
  EXPECT_THAT(FaultOf(""), HasSubstr("no PEM"));
  EXPECT_THAT(FaultOf("hello"), HasSubstr("no PEM"));
  EXPECT_THAT(FaultOf(testing::RsaPem()), HasSubstr("private key"));
  EXPECT_THAT(FaultOf("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), HasSubstr("no public key"));
  EXPECT_THAT(FaultOf("-----BEGIN PUBLIC KEY-----\nAAAA\n"), HasSubstr("damaged"));
  EXPECT_THAT(FaultOf("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), HasSubstr("certificate"));
  EXPECT_THAT(FaultOf("-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n"),
              HasSubstr("RSAPublicKey_in"));
}

TEST(PublicKey, OneBadBlockSpoilsThePem) {
  EXPECT_THAT(FaultOf(testing::PublicPemOf(testing::P256Pem()) + testing::P256Pem()), HasSubstr("private key"));
}

TEST(PublicKey, RefusesKeysThatAreTooWeakOrOfAnotherKind) {
  EXPECT_FALSE(SigningKey::FromPem(testing::NewRsaPem(1024)).ok());
  EXPECT_THAT(SigningKey::FromPem(testing::NewRsaPem(1024)).status().message(), HasSubstr("1024 bits"));
  EXPECT_THAT(SigningKey::FromPem(testing::NewEcPem("secp256k1")).status().message(), HasSubstr("secp256k1"));
  EXPECT_THAT(SigningKey::FromPem(testing::NewEcPem("P-521")).status().message(), HasSubstr("P-256 or P-384"));
  EXPECT_THAT(SigningKey::FromPem(testing::NewPem("ED448")).status().message(), HasSubstr("signs no tokens"));
  EXPECT_THAT(SigningKey::FromPem(testing::NewPem("X25519")).status().message(), HasSubstr("signs no tokens"));
}

TEST(PublicKey, RefusesPointsOffTheCurve) {
  const std::string ones(32, '\x01');
  EXPECT_FALSE(PublicKey::FromEcPoint(PublicKeyFamily::kP256, ones, ones).ok());
  EXPECT_FALSE(PublicKey::FromEcPoint(PublicKeyFamily::kP256, ones, "short").ok());
  EXPECT_FALSE(PublicKey::FromEcPoint(PublicKeyFamily::kP384, ones, ones).ok());
}

TEST(PublicKey, RefusesRsaNumbersThatForgeEverything) {
  const std::string jwk = testing::JwkOf(testing::RsaPem());
  const size_t begin = jwk.find("\"n\":\"") + 5;
  const std::string modulus = DecodeBase64Url(jwk.substr(begin, jwk.find('"', begin) - begin)).value();
  EXPECT_TRUE(PublicKey::FromRsa(modulus, "\x01\x01\x01").ok());
  // With the exponent 1 a signature is the text itself.
  EXPECT_FALSE(PublicKey::FromRsa(modulus, "\x01").ok());
  EXPECT_FALSE(PublicKey::FromRsa(modulus, std::string_view("\0", 1)).ok());
  EXPECT_FALSE(PublicKey::FromRsa(modulus, "\x02").ok());
  EXPECT_FALSE(PublicKey::FromRsa("", "\x03").ok());
  EXPECT_FALSE(PublicKey::FromRsa(std::string(100'000, '\xC5'), "\x03").ok());
}

TEST(PublicKey, FaultsLeaveNothingOnTheErrorQueue) {
  ERR_clear_error();
  EXPECT_FALSE(PublicKey::FromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").ok());
  EXPECT_FALSE(PublicKey::FromEd25519("short").ok());
  const PublicKey key = std::move(PublicKey::FromPem(testing::PublicPemOf(testing::RsaPem())).value().front());
  EXPECT_FALSE(key.Verify(PublicKeyAlgorithm::kRs256, "input", "no signature"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PublicKey, BoundToOneAlgorithmServesNoOther) {
  const auto key = PublicKey::FromPem(testing::PublicPemOf(testing::RsaPem())).value().front().family();
  EXPECT_EQ(key, PublicKeyFamily::kRsa);
  auto keys = PublicKey::FromPem(testing::PublicPemOf(testing::RsaPem())).value();
  const auto bound = std::move(keys.front()).BoundTo(PublicKeyAlgorithm::kRs384);
  ASSERT_TRUE(bound.ok());
  EXPECT_TRUE(bound->Serves(PublicKeyAlgorithm::kRs384));
  EXPECT_FALSE(bound->Serves(PublicKeyAlgorithm::kRs256));
  auto again = PublicKey::FromPem(testing::PublicPemOf(testing::RsaPem())).value();
  EXPECT_FALSE(std::move(again.front()).BoundTo(PublicKeyAlgorithm::kEs256).ok());
}

TEST(PublicKey, EcdsaSignaturesMustBeTwoNumbersOfTheRightSize) {
  const SigningKey signer = testing::KeyOf(testing::P256Pem());
  const PublicKey key = std::move(PublicKey::FromPem(signer.PublicPem()).value().front());
  const std::string signature = signer.Sign("input").value();
  ASSERT_EQ(signature.size(), 64U);
  EXPECT_TRUE(key.Verify(PublicKeyAlgorithm::kEs256, "input", signature));
  EXPECT_FALSE(key.Verify(PublicKeyAlgorithm::kEs256, "input", ""));
  EXPECT_FALSE(key.Verify(PublicKeyAlgorithm::kEs256, "input", signature + std::string(1, '\0')));
  EXPECT_FALSE(key.Verify(PublicKeyAlgorithm::kEs256, "input", std::string(64, '\0')));
  EXPECT_FALSE(key.Verify(PublicKeyAlgorithm::kEs256, "input", std::string(64, '\xFF')));
  EXPECT_FALSE(key.Verify(PublicKeyAlgorithm::kEs256, "other", signature));
}

}  // namespace
}  // namespace spanwire::auth

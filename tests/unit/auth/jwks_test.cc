#include "bridge/auth/jwks.h"

#include <fmt/format.h>

#include "bridge/auth/base64url.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string SetOf(const std::string& jwks) {
  return "{\"keys\":[" + jwks + "]}";
}

std::string FaultOf(const std::string& text) {
  const auto jwks = ParseJwks(text);
  return jwks.ok() ? "" : std::string(jwks.status().message());
}

std::string Oct(std::string_view secret, std::string_view more = {}) {
  return fmt::format(R"({{{}"kty":"oct","k":"{}"}})", more, EncodeBase64Url(secret));
}

TEST(Jwks, ReadsEveryKindOfKey) {
  const auto jwks = ParseJwks(SetOf(testing::JwkOf(testing::RsaPem(), R"("kid":"r","use":"sig",)") + "," +
                                    testing::JwkOf(testing::P256Pem(), R"("kid":"e","key_ops":["verify"],)") + "," +
                                    testing::JwkOf(testing::P384Pem(), R"("kid":"f",)") + "," +
                                    testing::JwkOf(testing::Ed25519Pem(), R"("kid":"d","alg":"EdDSA",)") + "," +
                                    Oct(testing::kSecret, R"("kid":"s","alg":"HS512",)")));
  ASSERT_TRUE(jwks.ok()) << jwks.status();
  EXPECT_TRUE(jwks->ignored.empty());
  ASSERT_EQ(jwks->keys.size(), 5U);
  EXPECT_EQ(jwks->keys[0].kid, "r");
  EXPECT_EQ(std::get<PublicKey>(jwks->keys[0].material).family(), PublicKeyFamily::kRsa);
  EXPECT_EQ(std::get<PublicKey>(jwks->keys[1].material).family(), PublicKeyFamily::kP256);
  EXPECT_EQ(std::get<PublicKey>(jwks->keys[2].material).family(), PublicKeyFamily::kP384);
  EXPECT_EQ(std::get<PublicKey>(jwks->keys[3].material).family(), PublicKeyFamily::kEd25519);
  const auto& secret = std::get<HmacSecret>(jwks->keys[4].material);
  EXPECT_TRUE(secret.Serves(HmacAlgorithm::kHs512));
  EXPECT_FALSE(secret.Serves(HmacAlgorithm::kHs256));
}

TEST(Jwks, LeavesOutWhatSignsNoTokensAndSaysSo) {
  const auto jwks =
      ParseJwks(SetOf(testing::JwkOf(testing::RsaPem(), R"("kid":"enc","use":"enc",)") + "," +
                      testing::JwkOf(testing::RsaPem(), R"("alg":"RSA-OAEP",)") + "," +
                      testing::JwkOf(testing::RsaPem(), R"("key_ops":["encrypt"],)") + "," +
                      R"({"kty":"EC","crv":"P-521","x":"AA","y":"AA"},{"kty":"OKP","crv":"X25519","x":"AA"},)" +
                      R"({"kty":"AKP"},)" + testing::JwkOf(testing::P256Pem())));
  ASSERT_TRUE(jwks.ok()) << jwks.status();
  EXPECT_EQ(jwks->keys.size(), 1U);
  EXPECT_THAT(jwks->ignored, ElementsAre(HasSubstr("keys[0] (kid \"enc\")"), HasSubstr("alg"), HasSubstr("keys[2]"),
                                         HasSubstr("curve"), HasSubstr("curve"), HasSubstr("kty")));
}

// As PublicKey::FromPem: it was given by mistake, and whoever reads it is the issuer.
TEST(Jwks, RefusesAPrivateKeyOfAnyKind) {
  const std::string good = testing::JwkOf(testing::P384Pem()) + ",";
  for (const std::string& jwk : {
           testing::JwkOf(testing::RsaPem(), R"("d":"c2VjcmV0LW51bWJlcg",)"),
           testing::JwkOf(testing::RsaPem(), R"("p":"c2VjcmV0LW51bWJlcg","q":"c2VjcmV0LW51bWJlcg",)"),
           testing::JwkOf(testing::P256Pem(), R"("d":"c2VjcmV0LW51bWJlcg",)"),
           testing::JwkOf(testing::Ed25519Pem(), R"("d":"c2VjcmV0LW51bWJlcg",)"),
           testing::JwkOf(testing::Ed25519Pem(), R"("d":17,)"),
           testing::JwkOf(testing::RsaPem(), R"("use":"enc","d":"c2VjcmV0LW51bWJlcg",)"),
           std::string(R"({"kty":"OKP","crv":"X25519","x":"AA","d":"c2VjcmV0LW51bWJlcg"})"),
           std::string(R"({"kty":"AKP","alg":"ML-DSA-44","pub":"AA","priv":"c2VjcmV0LW51bWJlcg"})"),
       }) {
    const std::string fault = FaultOf(SetOf(good + jwk));
    EXPECT_THAT(fault, HasSubstr("keys[1]: it holds a private key")) << jwk;
    EXPECT_THAT(fault, HasSubstr("give its public half"));
    EXPECT_THAT(fault, Not(HasSubstr("c2VjcmV0")));
  }
}

TEST(Jwks, RefusesAPublicKeyAsASecret) {
  EXPECT_THAT(FaultOf(SetOf(Oct(testing::PublicPemOf(testing::RsaPem())))),
              HasSubstr("keys[0]: it holds a key or certificate in PEM"));
}

TEST(Jwks, RefusesKeysThatAreWrong) {
  EXPECT_THAT(FaultOf(SetOf(R"({"kty":"RSA","e":"AQAB"})")), HasSubstr("n is missing"));
  EXPECT_THAT(FaultOf(SetOf(R"({"kty":"RSA","n":"AQ==","e":"AQAB"})")), HasSubstr("n is missing or no base64url"));
  EXPECT_THAT(FaultOf(SetOf(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})")), HasSubstr("bits"));
  EXPECT_THAT(FaultOf(SetOf(R"({"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"})")), HasSubstr("32 bytes"));
  EXPECT_THAT(FaultOf(SetOf(R"({"kty":"OKP","crv":"Ed25519","x":"AQAB"})")), HasSubstr("32 bytes"));
  EXPECT_THAT(FaultOf(SetOf(R"({"kty":"oct"})")), HasSubstr("k is missing"));
  EXPECT_THAT(FaultOf(SetOf(R"({"crv":"P-256"})")), HasSubstr("kty is missing"));
  EXPECT_THAT(FaultOf(SetOf(R"({"kty":"oct","kid":7})")), HasSubstr("kid"));
  EXPECT_THAT(FaultOf(SetOf("7")), HasSubstr("keys[0]: it is no JSON object"));
}

TEST(Jwks, RefusesAKeyThatClaimsTheAlgorithmOfAnotherKind) {
  EXPECT_THAT(FaultOf(SetOf(testing::JwkOf(testing::RsaPem(), R"("alg":"HS256",)"))), HasSubstr("belong together"));
  EXPECT_THAT(FaultOf(SetOf(testing::JwkOf(testing::RsaPem(), R"("alg":"ES256",)"))), HasSubstr("does not use"));
  EXPECT_THAT(FaultOf(SetOf(Oct(testing::kSecret, R"("alg":"RS256",)"))), HasSubstr("belong together"));
}

TEST(Jwks, RefusesShortSecretsAndDoesNotShowThem) {
  const std::string fault = FaultOf(SetOf(Oct("too-short-a-secret")));
  EXPECT_THAT(fault, HasSubstr("at least 32"));
  EXPECT_THAT(fault, Not(HasSubstr("too-short")));
  EXPECT_THAT(fault, Not(HasSubstr(EncodeBase64Url("too-short-a-secret"))));
  EXPECT_THAT(FaultOf(SetOf(Oct(testing::kSecret.substr(0, 32), R"("alg":"HS512",)"))), HasSubstr("at least 64"));
}

TEST(Jwks, RefusesWhatIsNoSet) {
  EXPECT_THAT(FaultOf(""), HasSubstr("JSON"));
  EXPECT_THAT(FaultOf("[]"), HasSubstr("object"));
  EXPECT_THAT(FaultOf("{}"), HasSubstr("no JWK Set"));
  EXPECT_THAT(FaultOf(R"({"keys":{}})"), HasSubstr("no JWK Set"));
  EXPECT_THAT(FaultOf(R"({"keys":[],"keys":[]})"), HasSubstr("two members"));
}

}  // namespace
}  // namespace spanwire::auth

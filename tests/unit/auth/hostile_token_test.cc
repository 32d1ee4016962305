// Tokens as attackers, broken issuers and unlucky users send them, each with the reason that it must be refused for.
#include <functional>
#include <string>
#include <vector>

#include "bridge/auth/base64url.h"
#include "bridge/auth/refusal.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/verifier_fixture.h"

namespace spanwire::auth {
namespace {

using testing::KeyOf;
using testing::SecretKey;

constexpr std::string_view kHs256 = R"({"alg":"HS256"})";

struct Hostile {
  const char* name;
  std::string_view reason;
  std::function<std::string()> token;
};

std::string Payload(std::string_view more = {}) {
  return testing::VerifierFixture::Payload(more);
}

// A good signature over a header and a payload that may be anything.
std::string Hmac(std::string_view header, std::string_view payload) {
  return MintWithHeader(header, payload, SecretKey()).value();
}
std::function<std::string()> Header(std::string header) {
  return [header] { return Hmac(header, Payload()); };
}
std::function<std::string()> Claim(std::string payload) {
  return [payload] { return Hmac(kHs256, payload); };
}
// A good payload with one member more; a member that it has already would be there twice.
std::function<std::string()> With(std::string more) {
  return [more] { return Hmac(kHs256, Payload(more)); };
}
std::function<std::string()> Text(std::string token) {
  return [token] { return token; };
}
// A payload of the members alone.
std::string Only(std::string_view members) {
  return fmt::format("{{{}}}", members);
}
// All that a payload needs but for one thing, which is given.
std::string Instead(std::string_view of, std::string_view given) {
  std::string members = R"("iss":"https://id.example","aud":"spanwire","sub":"u","exp":1760000600)";
  const size_t at = members.find(fmt::format("\"{}\":", of));
  const size_t end = std::min(members.find(",\"", at), members.size());
  return Only(members.replace(at, end - at, given));
}
// A token of the three parts, encoded, with one of them as it is.
std::string Parts(std::string_view header, std::string_view payload, std::string_view signature) {
  return fmt::format("{}.{}.{}", header, payload, signature);
}
std::string Good() {
  return Hmac(kHs256, Payload());
}
std::string Part(const std::string& token, int index) {
  const size_t first = token.find('.');
  const size_t second = token.find('.', first + 1);
  if (index == 0) return token.substr(0, first);
  return index == 1 ? token.substr(first + 1, second - first - 1) : token.substr(second + 1);
}
std::string Signed(const SigningKey& key, const std::string& header_and_payload) {
  return header_and_payload + "." + EncodeBase64Url(key.Sign(header_and_payload).value());
}

std::vector<Hostile> Shapes() {
  return {
      {"Empty", reason::kMalformed, Text("")},
      {"OneDot", reason::kMalformed, Text(".")},
      {"TwoDots", reason::kMalformed, Text("..")},
      {"OnlyDots", reason::kMalformed, Text(std::string(4000, '.'))},
      {"NoDots", reason::kMalformed, Text("abcdef")},
      {"Word", reason::kMalformed, Text("undefined")},
      {"NullWord", reason::kMalformed, Text("null")},
      {"FourParts", reason::kMalformed, [] { return Good() + ".AAAA"; }},
      {"FivePartsJwe", reason::kMalformed, [] { return Good() + ".AAAA.AAAA"; }},
      {"JsonSerialization", reason::kMalformed, Text(R"({"payload":"e30","signatures":[]})")},
      {"WithScheme", reason::kMalformed, [] { return "Bearer " + Good(); }},
      {"LeadingSpace", reason::kMalformed, [] { return " " + Good(); }},
      {"TrailingNewline", reason::kMalformed, [] { return Good() + "\n"; }},
      {"TrailingNul", reason::kMalformed, [] { return Good() + std::string(1, '\0'); }},
      {"Quoted", reason::kMalformed, [] { return "\"" + Good() + "\""; }},
      {"Giant", reason::kTooLarge, Text(std::string(8193, 'A'))},
      {"GiantPayload", reason::kTooLarge,
       [] { return Hmac(kHs256, Payload(R"("x":")" + std::string(8192, 'x') + "\"")); }},
      {"GiantHeader", reason::kTooLarge,
       [] { return Hmac(R"({"alg":"HS256","x":")" + std::string(8192, 'x') + "\"}", Payload()); }},
      {"PaddedHeader", reason::kMalformed,
       [] { return Parts(Part(Good(), 0) + "=", Part(Good(), 1), Part(Good(), 2)); }},
      {"PaddedSignature", reason::kMalformed, [] { return Good() + "="; }},
      {"SignatureWithLooseBits", reason::kMalformed,
       [] {
         std::string token = Good();  // 32 bytes: the last letter has two bits that must be zero
         token.back() = static_cast<char>(token.back() + 1);
         return token;
       }},
      {"SignatureInStandardBase64", reason::kMalformed, [] { return Parts(Part(Good(), 0), Part(Good(), 1), "+/+/"); }},
      {"SignatureOfNoLength", reason::kMalformed, [] { return Parts(Part(Good(), 0), Part(Good(), 1), "AAAAA"); }},
      {"SignedPaddedPayload", reason::kMalformed,
       [] { return Signed(SecretKey(), EncodeBase64Url(kHs256) + "." + EncodeBase64Url(Payload() + " ") + "=="); }},
      {"SignedPayloadThatIsNoBase64", reason::kMalformed,
       [] { return Signed(SecretKey(), EncodeBase64Url(kHs256) + ".a b"); }},
      {"HeaderInUtf16", reason::kMalformed, Header(std::string("{\0}\0", 4))},
      {"HeaderWithByteOrderMark", reason::kMalformed, Header("\xEF\xBB\xBF{\"alg\":\"HS256\"}")},
  };
}

std::vector<Hostile> Headers() {
  return {
      {"HeaderEmpty", reason::kMalformed, Header("")},
      {"HeaderNoJson", reason::kMalformed, Header("alg=HS256")},
      {"HeaderArray", reason::kMalformed, Header(R"(["alg","HS256"])")},
      {"HeaderCut", reason::kMalformed, Header(R"({"alg":"HS256")")},
      {"HeaderWithMore", reason::kMalformed, Header(R"({"alg":"HS256"}{})")},
      {"HeaderDeep", reason::kMalformed,
       Header(R"({"alg":"HS256","x":)" + std::string(500, '[') + std::string(500, ']') + "}")},
      {"HeaderBadUtf8", reason::kMalformed, Header("{\"alg\":\"HS256\",\"x\":\"\xff\"}")},
      {"AlgMissing", reason::kMalformed, Header(R"({"typ":"JWT"})")},
      {"AlgNumber", reason::kMalformed, Header(R"({"alg":256})")},
      {"AlgNull", reason::kMalformed, Header(R"({"alg":null})")},
      {"AlgArray", reason::kMalformed, Header(R"({"alg":["HS256"]})")},
      {"AlgTwice", reason::kMalformed, Header(R"({"alg":"none","alg":"HS256"})")},
      {"AlgTwiceByEscape", reason::kMalformed, Header(R"({"alg":"HS256","\u0061lg":"none"})")},
      {"KidTwice", reason::kMalformed, Header(R"({"alg":"HS256","kid":"a","kid":"b"})")},
      {"NestedTwice", reason::kMalformed, Header(R"({"alg":"HS256","x":{"y":1,"y":2}})")},
      {"AlgNone", reason::kAlgorithm, Header(R"({"alg":"none"})")},
      {"AlgNoneUnsigned", reason::kAlgorithm,
       [] { return Parts(EncodeBase64Url(R"({"alg":"none"})"), EncodeBase64Url(Payload()), ""); }},
      {"AlgNoneInCapitals", reason::kAlgorithm, Header(R"({"alg":"NONE"})")},
      {"AlgNoneMixed", reason::kAlgorithm, Header(R"({"alg":"nOnE"})")},
      {"AlgEmpty", reason::kAlgorithm, Header(R"({"alg":""})")},
      {"AlgLowerCase", reason::kAlgorithm, Header(R"({"alg":"hs256"})")},
      {"AlgWithSpace", reason::kAlgorithm, Header(R"({"alg":"HS256 "})")},
      {"AlgWithNul", reason::kAlgorithm, Header(R"({"alg":"HS256\u0000"})")},
      {"AlgPs256", reason::kAlgorithm, Header(R"({"alg":"PS256"})")},
      {"AlgEs512", reason::kAlgorithm, Header(R"({"alg":"ES512"})")},
      {"AlgHs1", reason::kAlgorithm, Header(R"({"alg":"HS1"})")},
      {"AlgEncryption", reason::kAlgorithm, Header(R"({"alg":"RSA-OAEP"})")},
      {"CritUnknown", reason::kCritical, Header(R"({"alg":"HS256","crit":["exp"],"exp":1})")},
      {"CritB64", reason::kCritical, Header(R"({"alg":"HS256","crit":["b64"],"b64":false})")},
      {"CritEmpty", reason::kCritical, Header(R"({"alg":"HS256","crit":[]})")},
      {"CritNull", reason::kCritical, Header(R"({"alg":"HS256","crit":null})")},
      {"KidNumber", reason::kMalformed, Header(R"({"alg":"HS256","kid":1})")},
      {"KidNull", reason::kMalformed, Header(R"({"alg":"HS256","kid":null})")},
      {"TypNumber", reason::kMalformed, Header(R"({"alg":"HS256","typ":7})")},
  };
}

std::vector<Hostile> Signatures() {
  return {
      {"SignatureMissing", reason::kSignature, [] { return Parts(Part(Good(), 0), Part(Good(), 1), ""); }},
      {"SignatureCut", reason::kSignature, [] { return Good().substr(0, Good().size() - 11); }},
      {"SignatureLonger", reason::kSignature,
       [] { return Parts(Part(Good(), 0), Part(Good(), 1), Part(Good(), 2).substr(0, 40) + "AAAAAAAA"); }},
      {"SignatureOfAnother", reason::kSignature,
       [] { return Parts(Part(Good(), 0), EncodeBase64Url(Payload(R"("roles":["admin.write"])")), Part(Good(), 2)); }},
      {"SecretOfAnother", reason::kSignature,
       [] {
         const SigningKey key = SecretKey(HmacAlgorithm::kHs256, "another secret, another secret, another secret!!");
         return MintToken(Payload(), "", key).value();
       }},
      {"SecretCut", reason::kSignature,
       [] {
         return MintToken(Payload(), "", SecretKey(HmacAlgorithm::kHs256, testing::kSecret.substr(0, 63))).value();
       }},
      {"LongerHashThanTheSecretIsFor", reason::kUnknownKey,
       [] { return MintToken(Payload(), "", SecretKey(HmacAlgorithm::kHs512)).value(); }},
      {"KeyOfAnother", reason::kSignature,
       [] { return MintToken(Payload(), "rsa", KeyOf(testing::OtherRsaPem())).value(); }},
      {"KidOfAnother", reason::kUnknownKey,
       [] { return MintToken(Payload(), "p256", KeyOf(testing::RsaPem())).value(); }},
      {"KidUnknown", reason::kUnknownKey,
       [] { return MintToken(Payload(), "../../dev/null", KeyOf(testing::RsaPem())).value(); }},
      {"KidSql", reason::kUnknownKey,
       [] { return MintToken(Payload(), "' OR 1=1 --", KeyOf(testing::Ed25519Pem())).value(); }},
      // Algorithm confusion: the public key, which everybody has, as an HMAC secret.
      {"PublicPemAsSecret", reason::kSignature,
       [] {
         const SigningKey key = SecretKey(HmacAlgorithm::kHs256, testing::PublicPemOf(testing::RsaPem()));
         return MintToken(Payload(), "", key).value();
       }},
      {"PublicPemAsSecretByKid", reason::kUnknownKey,
       [] {
         const SigningKey key = SecretKey(HmacAlgorithm::kHs256, testing::PublicPemOf(testing::RsaPem()));
         return MintToken(Payload(), "rsa", key).value();
       }},
      {"PublicJwkAsSecret", reason::kUnknownKey,
       [] {
         const SigningKey key = SecretKey(HmacAlgorithm::kHs512, testing::JwkOf(testing::P256Pem()));
         return MintToken(Payload(), "p256", key).value();
       }},
      // A key that the token brings along.
      {"EmbeddedJwk", reason::kSignature,
       [] {
         const std::string header = R"({"alg":"RS256","jwk":)" + testing::JwkOf(testing::OtherRsaPem()) + "}";
         return MintWithHeader(header, Payload(), KeyOf(testing::OtherRsaPem())).value();
       }},
      {"EmbeddedJku", reason::kSignature,
       [] {
         const std::string header = R"({"alg":"RS256","jku":"https://evil.example/jwks.json"})";
         return MintWithHeader(header, Payload(), KeyOf(testing::OtherRsaPem())).value();
       }},
      {"EmbeddedX5c", reason::kSignature,
       [] {
         return MintWithHeader(R"({"alg":"RS256","x5c":["AAAA"]})", Payload(), KeyOf(testing::OtherRsaPem())).value();
       }},
      // CVE-2022-21449: zeroes for r and s satisfied a verifier that did not look.
      {"EcdsaOfZeroes", reason::kSignature,
       [] {
         return Parts(EncodeBase64Url(R"({"alg":"ES256","kid":"p256"})"), EncodeBase64Url(Payload()),
                      EncodeBase64Url(std::string(64, '\0')));
       }},
      {"EcdsaOfOtherSize", reason::kSignature,
       [] {
         return Parts(EncodeBase64Url(R"({"alg":"ES256","kid":"p256"})"), EncodeBase64Url(Payload()),
                      EncodeBase64Url(std::string(96, '\x01')));
       }},
      {"EcdsaInDer", reason::kSignature,
       [] {
         return Parts(EncodeBase64Url(R"({"alg":"ES256","kid":"p256"})"), EncodeBase64Url(Payload()),
                      EncodeBase64Url(std::string("\x30\x06\x02\x01\x01\x02\x01\x01", 8)));
       }},
      {"EddsaOfZeroes", reason::kSignature,
       [] {
         return Parts(EncodeBase64Url(R"({"alg":"EdDSA","kid":"ed"})"), EncodeBase64Url(Payload()),
                      EncodeBase64Url(std::string(64, '\0')));
       }},
      {"RsaSignatureOfOtherHash", reason::kSignature,
       [] {
         const std::string input = EncodeBase64Url(R"({"alg":"RS256","kid":"rsa"})") + "." + EncodeBase64Url(Payload());
         return Signed(KeyOf(testing::RsaPem(), PublicKeyAlgorithm::kRs512), input);
       }},
  };
}

std::vector<Hostile> Claims() {
  return {
      {"PayloadEmpty", reason::kMalformed, Claim("")},
      {"PayloadNoJson", reason::kMalformed, Claim("sub=u")},
      {"PayloadArray", reason::kMalformed, Claim("[]")},
      {"PayloadText", reason::kMalformed, Claim("\"u\"")},
      {"PayloadWithMore", reason::kMalformed, [] { return Hmac(kHs256, Payload() + "{}"); }},
      {"PayloadNestedToken", reason::kMalformed, [] { return Hmac(R"({"alg":"HS256","cty":"JWT"})", Good()); }},
      {"PayloadDeep", reason::kMalformed, With("\"x\":" + std::string(400, '[') + std::string(400, ']'))},
      {"PayloadBadUtf8", reason::kMalformed, With("\"x\":\"\xc3\"")},
      {"SubTwice", reason::kMalformed, With(R"("sub":"admin")")},
      {"SubTwiceByEscape", reason::kMalformed, With(R"("s\u0075b":"admin")")},
      {"ExpTwice", reason::kMalformed, With(R"("exp":9999999999)")},
      {"TopicsTwice", reason::kMalformed, With(R"("topics":[],"topics":["*"])")},
      {"SubMissing", reason::kMissingClaim, Claim(Only(R"("exp":1760000600)"))},
      {"SubEmpty", reason::kBadClaim, Claim(Instead("sub", R"("sub":"")"))},
      {"SubNumber", reason::kBadClaim, Claim(Instead("sub", R"("sub":17)"))},
      {"SubNull", reason::kBadClaim, Claim(Instead("sub", R"("sub":null)"))},
      {"SubObject", reason::kBadClaim, Claim(Instead("sub", R"("sub":{"$ne":""})"))},
      {"SubWithNewline", reason::kBadClaim, Claim(Instead("sub", R"("sub":"u\nlevel=info")"))},
      {"SubWithNul", reason::kBadClaim, Claim(Instead("sub", R"("sub":"admin\u0000x")"))},
      {"SubTooLong", reason::kBadClaim, Claim(Instead("sub", "\"sub\":\"" + std::string(251, 'u') + "\""))},
      {"ExpMissing", reason::kMissingClaim, Claim(Only(R"("sub":"u")"))},
      {"ExpText", reason::kBadClaim, Claim(Instead("exp", R"("exp":"1760000600")"))},
      {"ExpNull", reason::kBadClaim, Claim(Instead("exp", R"("exp":null)"))},
      {"ExpTrue", reason::kBadClaim, Claim(Instead("exp", R"("exp":true)"))},
      {"ExpMinusOne", reason::kBadClaim, Claim(Instead("exp", R"("exp":-1)"))},
      {"ExpMinusHuge", reason::kBadClaim, Claim(Instead("exp", R"("exp":-9223372036854775808)"))},
      {"ExpMilliseconds", reason::kBadClaim, Claim(Instead("exp", R"("exp":1760000600000)"))},
      {"ExpHuge", reason::kBadClaim, Claim(Instead("exp", R"("exp":18446744073709551615)"))},
      {"ExpBeyondDouble", reason::kBadClaim, Claim(Instead("exp", R"("exp":1e400)"))},
      {"ExpPast", reason::kExpired, Claim(Instead("exp", R"("exp":1759999995)"))},
      {"ExpPastByAFraction", reason::kExpired, Claim(Instead("exp", R"("exp":1759999994.999)"))},
      {"ExpZero", reason::kExpired, Claim(Instead("exp", R"("exp":0)"))},
      {"NbfFuture", reason::kNotYetValid, With(R"("nbf":1760000005.001)")},
      {"NbfText", reason::kBadClaim, With(R"("nbf":"now")")},
      {"IatFuture", reason::kNotYetValid, With(R"("iat":1760000006)")},
      {"IatText", reason::kBadClaim, With(R"("iat":"now")")},
      {"IssMissing", reason::kIssuer, Claim(Only(R"("sub":"u","aud":"spanwire","exp":1760000600)"))},
      {"IssOther", reason::kIssuer, Claim(Instead("iss", R"("iss":"https://id.example.evil")"))},
      {"IssArray", reason::kBadClaim, Claim(Instead("iss", R"("iss":["https://id.example"])"))},
      {"AudMissing", reason::kAudience, Claim(Only(R"("sub":"u","iss":"https://id.example","exp":1760000600)"))},
      {"AudOther", reason::kAudience, Claim(Instead("aud", R"("aud":"billing")"))},
      {"AudPrefix", reason::kAudience, Claim(Instead("aud", R"("aud":"spanwire2")"))},
      {"AudEmptyArray", reason::kAudience, Claim(Instead("aud", R"("aud":[])"))},
      {"AudNumber", reason::kBadClaim, Claim(Instead("aud", R"("aud":1)"))},
      {"AudMixed", reason::kBadClaim, Claim(Instead("aud", R"("aud":["spanwire",1])"))},
      {"TenantNumber", reason::kBadClaim, With(R"("tenant_id":1)")},
      {"TenantWithSpace", reason::kBadClaim, With(R"("tenant_id":"a b")")},
      {"TenantTooLong", reason::kBadClaim, With("\"tenant_id\":\"" + std::string(129, 't') + "\"")},
      {"JtiNumber", reason::kBadClaim, With(R"("jti":1)")},
      {"TopicsText", reason::kBadClaim, With(R"("topics":"*")")},
      {"TopicsOfNumbers", reason::kBadClaim, With(R"("topics":[1])")},
      {"TopicsEmptyPattern", reason::kBadClaim, With(R"("topics":[""])")},
      {"TopicsStarInTheMiddle", reason::kBadClaim, With(R"("topics":["a*b"])")},
      {"TopicsOfTheBridge", reason::kBadClaim, With(R"("topics":["$bridge"])")},
      {"PublishText", reason::kBadClaim, With(R"("publish":"stats")")},
      {"PublishBadPattern", reason::kBadClaim, With(R"("publish":["a b"])")},
      {"RolesText", reason::kBadClaim, With(R"("roles":"admin.write")")},
      {"RolesObject", reason::kBadClaim, With(R"("roles":{"admin.write":true})")},
  };
}

std::vector<Hostile> All() {
  std::vector<Hostile> all;
  for (const auto& rows : {Shapes(), Headers(), Signatures(), Claims()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

class HostileTokenTest : public ::testing::TestWithParam<Hostile>, protected testing::VerifierFixture {};

TEST_P(HostileTokenTest, IsRefusedForItsReasonAndNotRepeated) {
  const std::string token = GetParam().token();
  const absl::Status status = verifier.Verify(token).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(testing::ReasonOf(status), GetParam().reason) << status;
  const std::string message(status.message());
  EXPECT_FALSE(message.empty());
  for (int part = 0; part < 3 && token.size() > 20; ++part) {
    const std::string text = Part(token, part).substr(0, 12);
    EXPECT_TRUE(text.size() < 12 || message.find(text) == std::string::npos) << message;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, HostileTokenTest, ::testing::ValuesIn(All()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(HostileTokens, TheGoodOneOfTheTableIsTaken) {
  testing::VerifierFixture fixture;
  EXPECT_TRUE(fixture.verifier.Verify(Good()).ok()) << fixture.verifier.Verify(Good()).status();
  const std::string members = R"("iss":"https://id.example","aud":["x","spanwire"],"sub":"u","exp":1760000600.25)";
  EXPECT_TRUE(fixture.verifier.Verify(Hmac(kHs256, Only(members))).ok());
}

}  // namespace
}  // namespace spanwire::auth

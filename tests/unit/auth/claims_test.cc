#include "bridge/auth/claims.h"

#include <fmt/format.h>

#include "bridge/auth/refusal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1'760'000'000);

Claims Good() {
  return {.subject = "u-17", .expires_at = kNow + absl::Hours(1)};
}

std::vector<std::string> ReasonsOf(const Claims& claims, const TokenRules& rules, absl::Time now = kNow) {
  std::vector<std::string> reasons;
  for (const absl::Status& fault : FindFaults(claims, rules, now)) reasons.push_back(ReasonOf(fault));
  return reasons;
}

TEST(ReadClaims, ReadsAllThatItKnowsAndNothingElse) {
  const auto claims = ReadClaims(R"({"sub":"u","exp":1800000000.5,"nbf":1.25,"iat":0,"iss":"i","aud":"a","jti":"j",
      "tenant_id":"acme","topics":["stats","gift-list:*"],"publish":[],"roles":["admin.read","editor"],"x":{"y":[1]}})");
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->subject, "u");
  EXPECT_EQ(claims->expires_at, absl::FromUnixMillis(1'800'000'000'500));
  EXPECT_EQ(claims->not_before, absl::FromUnixMillis(1250));
  EXPECT_EQ(claims->issued_at, absl::UnixEpoch());
  EXPECT_THAT(claims->audiences, ElementsAre("a"));
  EXPECT_EQ(claims->tenant_id, "acme");
  EXPECT_THAT(claims->topics, ElementsAre("stats", "gift-list:*"));
  EXPECT_TRUE(claims->roles.Has(Role::kAdminRead));
  EXPECT_FALSE(claims->roles.Has(Role::kAdminWrite));
}

TEST(ReadClaims, TimesReachFrom1970To9999) {
  const auto read = [](const char* exp) { return ReadClaims(fmt::format(R"({{"sub":"u","exp":{}}})", exp)); };
  EXPECT_TRUE(read("0").ok());
  EXPECT_TRUE(read("253402300799").ok());
  EXPECT_TRUE(read("1e9").ok());
  EXPECT_FALSE(read("253402300800").ok());
  EXPECT_FALSE(read("-1").ok());
  EXPECT_FALSE(read("-0.5").ok());
  EXPECT_FALSE(read("1760000000000").ok());  // milliseconds
  EXPECT_FALSE(read("18446744073709551615").ok());
  EXPECT_FALSE(read("1e300").ok());
  EXPECT_FALSE(read("1e400").ok());
}

TEST(ReadClaims, ASubjectIsAsLongAsItsTopicAllows) {
  const auto read = [](const std::string& sub) { return ReadClaims(R"({"exp":1,"sub":")" + sub + "\"}"); };
  EXPECT_TRUE(read(std::string(250, 'a')).ok());
  EXPECT_FALSE(read(std::string(251, 'a')).ok());
  EXPECT_TRUE(read(std::string(83, '@')).ok());  // ~40 each
  EXPECT_FALSE(read(std::string(84, '@')).ok());
  EXPECT_TRUE(read("auth0|\u00fc@example").ok());
  EXPECT_FALSE(read("a\\nb").ok());
  EXPECT_FALSE(read("a\\u0000").ok());
}

TEST(UserTopic, EncodesWhatATopicCannotHold) {
  EXPECT_EQ(UserTopic("u-17"), "user:u-17");
  EXPECT_EQ(UserTopic("a:b*"), "user:a~3ab~2a");
}

TEST(FindFaults, ATokenCountsUntilItExpiresAndFiveSecondsMore) {
  const absl::Time end = Good().expires_at + absl::Seconds(5);
  EXPECT_THAT(ReasonsOf(Good(), {}, end - absl::Nanoseconds(1)), IsEmpty());
  EXPECT_THAT(ReasonsOf(Good(), {}, end), ElementsAre(reason::kExpired));
  EXPECT_THAT(ReasonsOf(Good(), {.leeway = absl::ZeroDuration()}, Good().expires_at), ElementsAre(reason::kExpired));
}

TEST(FindFaults, ATokenCountsFromNotBeforeAndFiveSecondsEarlier) {
  Claims claims = Good();
  claims.not_before = kNow + absl::Seconds(5);
  EXPECT_THAT(ReasonsOf(claims, {}), IsEmpty());
  claims.not_before = kNow + absl::Seconds(5) + absl::Nanoseconds(1);
  EXPECT_THAT(ReasonsOf(claims, {}), ElementsAre(reason::kNotYetValid));
}

TEST(FindFaults, ATokenOfTheFutureIsRefused) {
  Claims claims = Good();
  claims.issued_at = kNow + absl::Seconds(5);
  EXPECT_THAT(ReasonsOf(claims, {}), IsEmpty());
  claims.issued_at = kNow + absl::Seconds(6);
  EXPECT_THAT(ReasonsOf(claims, {}), ElementsAre(reason::kNotYetValid));
}

TEST(FindFaults, TheIssuerMustBeTheOneThatIsSet) {
  Claims claims = Good();
  EXPECT_THAT(ReasonsOf(claims, {.issuer = "https://id.example"}), ElementsAre(reason::kIssuer));
  claims.issuer = "https://id.example/";
  EXPECT_THAT(ReasonsOf(claims, {.issuer = "https://id.example"}), ElementsAre(reason::kIssuer));
  claims.issuer = "https://id.example";
  EXPECT_THAT(ReasonsOf(claims, {.issuer = "https://id.example"}), IsEmpty());
  EXPECT_THAT(ReasonsOf(claims, {}), IsEmpty());
}

TEST(FindFaults, OneAudienceMustBeOurs) {
  Claims claims = Good();
  EXPECT_THAT(ReasonsOf(claims, {.audiences = {"a"}}), ElementsAre(reason::kAudience));
  claims.audiences = {"b", "c"};
  EXPECT_THAT(ReasonsOf(claims, {.audiences = {"a"}}), ElementsAre(reason::kAudience));
  EXPECT_THAT(ReasonsOf(claims, {.audiences = {"a", "c"}}), IsEmpty());
  EXPECT_THAT(ReasonsOf(claims, {}), ElementsAre(reason::kAudience));
}

TEST(FindFaults, AllFaultsAreFoundTheGravestFirst) {
  Claims claims = Good();
  claims.audiences = {"b"};
  claims.not_before = kNow + absl::Hours(2);
  EXPECT_THAT(ReasonsOf(claims, {.issuer = "i", .audiences = {"a"}}, kNow + absl::Minutes(90)),
              ElementsAre(reason::kIssuer, reason::kAudience, reason::kExpired, reason::kNotYetValid));
}

}  // namespace
}  // namespace spanwire::auth

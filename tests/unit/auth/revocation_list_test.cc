#include "bridge/auth/revocation_list.h"

#include <thread>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/clock.h"
#include "gmock/gmock.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class RevocationListTest : public ::testing::Test {
 protected:
  Identity Token(const std::string& jti, const std::string& subject = "u", const std::string& tenant = "") const {
    return {.subject = subject, .tenant_id = tenant, .token_id = jti, .issued_at = clock_.Now()};
  }
  absl::Time In(absl::Duration duration) const { return clock_.Now() + duration; }

  model::FakeClock clock_;
  RevocationList list_{clock_, 3};
};

TEST_F(RevocationListTest, RevokesOneTokenOfOneTenant) {
  ASSERT_TRUE(list_.RevokeToken("acme", "t-1", In(absl::Hours(1))).ok());
  EXPECT_TRUE(list_.IsRevoked(Token("t-1", "u", "acme")));
  EXPECT_FALSE(list_.IsRevoked(Token("t-2", "u", "acme")));
  EXPECT_FALSE(list_.IsRevoked(Token("t-1", "u", "other")));
  EXPECT_FALSE(list_.IsRevoked(Token("", "u", "acme")));
}

TEST_F(RevocationListTest, RevokesWhatAUserWasIssuedUntilThen) {
  Identity before = Token("");
  Identity without_time = Token("");
  without_time.issued_at = absl::InfinitePast();
  ASSERT_TRUE(list_.RevokeUser("", "u", clock_.Now(), In(absl::Hours(1))).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(list_.IsRevoked(before));
  EXPECT_TRUE(list_.IsRevoked(without_time));
  EXPECT_FALSE(list_.IsRevoked(Token("")));
  EXPECT_FALSE(list_.IsRevoked({.subject = "v"}));
  EXPECT_FALSE(list_.IsRevoked({.subject = "u", .tenant_id = "acme"}));
}

TEST_F(RevocationListTest, TheLaterMomentCounts) {
  ASSERT_TRUE(list_.RevokeUser("", "u", In(absl::Minutes(1)), In(absl::Hours(1))).ok());
  ASSERT_TRUE(list_.RevokeUser("", "u", clock_.Now(), In(absl::Minutes(1))).ok());
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(list_.IsRevoked(Token("")));
  EXPECT_EQ(list_.size(), 1U);
}

TEST_F(RevocationListTest, AFullListRefusesAndForgetsNothingThatStillCounts) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(list_.RevokeToken("", fmt::format("t-{}", i), In(absl::Hours(1))).ok());
  const absl::Status full = list_.RevokeUser("", "u", clock_.Now(), In(absl::Hours(1)));
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(testing::ReasonOf(full), "REVOCATIONS_FULL");
  EXPECT_THAT(model::ToStd(full.message()),
              AllOf(HasSubstr("auth.max_revocations"),
                    HasSubstr("the next goes at " +
                              absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", In(absl::Hours(1)), absl::UTCTimeZone()))));
  EXPECT_TRUE(list_.RevokeToken("", "t-0", In(absl::Hours(2))).ok());  // is there already
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(list_.IsRevoked(Token(fmt::format("t-{}", i))));
}

TEST_F(RevocationListTest, AListFullOfWhatStaysForEverSaysSo) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(list_.RevokeToken("", fmt::format("t-{}", i), absl::InfiniteFuture()).ok());
  }
  EXPECT_THAT(model::ToStd(list_.RevokeToken("", "t-3", absl::InfiniteFuture()).message()),
              HasSubstr("none of them ever goes"));
}

TEST_F(RevocationListTest, EntriesThatNoTokenOutlivesMakeRoom) {
  ASSERT_TRUE(list_.RevokeToken("", "t-0", In(absl::Minutes(1))).ok());
  ASSERT_TRUE(list_.RevokeUser("", "u", clock_.Now(), In(absl::Minutes(1))).ok());
  ASSERT_TRUE(list_.RevokeToken("", "t-1", In(absl::Hours(1))).ok());
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(list_.RevokeToken("", "t-2", In(absl::Hours(1))).ok());
  EXPECT_EQ(list_.size(), 2U);
  EXPECT_TRUE(list_.IsRevoked(Token("t-1")));
}

TEST_F(RevocationListTest, RefusesWhatNamesNobody) {
  EXPECT_FALSE(list_.RevokeToken("", "", In(absl::Hours(1))).ok());
  EXPECT_FALSE(list_.RevokeUser("", "", clock_.Now(), In(absl::Hours(1))).ok());
}

TEST_F(RevocationListTest, IsAskedWhileItGrows) {
  RevocationList list(clock_, 1000);
  std::thread writer([&] {
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(list.RevokeToken("", fmt::format("t-{}", i), In(absl::Hours(1))).ok());
  });
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(list.IsRevoked(Token("none")));
  writer.join();
  EXPECT_EQ(list.size(), 1000U);
}

}  // namespace
}  // namespace spanwire::auth

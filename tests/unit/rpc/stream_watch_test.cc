#include "bridge/rpc/stream_watch.h"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "bridge/model/error.h"
#include "tests/unit/auth/secured_access.h"

namespace spanwire::rpc {
namespace {

using auth::testing::SecuredAccess;

auth::IdentityPtr Until(absl::Time valid_until, std::string token_id = "t") {
  return std::make_shared<const auth::Identity>(
      auth::Identity{.subject = "u", .token_id = std::move(token_id), .valid_until = valid_until});
}

class StreamWatchTest : public ::testing::Test {
 protected:
  // Notes why the stream was ended.
  StreamWatch::Ticket Enter(const auth::IdentityPtr& identity, std::string* why) {
    return watch_.Enter(identity, [why](const absl::Status& status) { *why = model::DetailOf(status).reason; });
  }

  model::FakeClock clock_;
  SecuredAccess access_{clock_};
  StreamWatch watch_{*access_, clock_};
};

TEST_F(StreamWatchTest, EndsAStreamWhenItsTokenExpires) {
  std::string short_lived, long_lived;
  const auto a = Enter(Until(clock_.Now() + absl::Hours(10)), &short_lived);
  const auto b = Enter(Until(clock_.Now() + absl::Hours(20)), &long_lived);
  EXPECT_EQ(watch_.EndStale(), 0U);
  clock_.Advance(absl::Hours(10));
  EXPECT_EQ(watch_.EndStale(), 1U);
  EXPECT_EQ(short_lived, "TOKEN_EXPIRED");
  EXPECT_EQ(long_lived, "");
  EXPECT_EQ(watch_.EndStale(), 0U);
}

TEST_F(StreamWatchTest, EndsThoseThatAreRevokedAndNoOthers) {
  std::string revoked, other;
  const auto a = Enter(Until(absl::InfiniteFuture(), "a"), &revoked);
  const auto b = Enter(Until(absl::InfiniteFuture(), "b"), &other);
  ASSERT_TRUE(access_->Revoke({.token_id = "a"}).ok());
  EXPECT_EQ(watch_.EndStale(), 1U);
  EXPECT_EQ(revoked, "TOKEN_REVOKED");
  EXPECT_EQ(other, "");
}

TEST_F(StreamWatchTest, AStreamThatHasEndedIsLeftAlone) {
  std::string why;
  { const auto gone = Enter(Until(clock_.Now() + absl::Seconds(1)), &why); }
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(watch_.EndStale(), 0U);
  EXPECT_EQ(why, "");
}

// The thread of its own, by the machine's clock.
TEST(StreamWatch, WakesUpByItself) {
  const model::Clock& clock = model::Clock::System();
  SecuredAccess access{clock};
  StreamWatch watch{*access, clock};
  absl::Notification later, sooner;
  const auto a = watch.Enter(Until(clock.Now() + absl::Hours(1)), [&](const absl::Status&) { later.Notify(); });
  const auto b =
      watch.Enter(Until(clock.Now() + absl::Milliseconds(20)), [&](const absl::Status&) { sooner.Notify(); });
  sooner.WaitForNotification();
  EXPECT_FALSE(later.HasBeenNotified());
}

}  // namespace
}  // namespace spanwire::rpc

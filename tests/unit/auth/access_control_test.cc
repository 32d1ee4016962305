#include "bridge/auth/access_control.h"

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "bridge/auth/refusal.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/auth/verifier_fixture.h"

namespace spanwire::auth {
namespace {

using config::TopicPolicy;
using testing::kSecret;

class AccessControlTest : public ::testing::Test {
 protected:
  AccessControlTest() { settings_.hs256_secret_file = folder_.Write("secret", kSecret); }

  std::unique_ptr<AccessControl> Create(const std::vector<TopicPolicy>& topics = {}) {
    auto control = AccessControl::Create(settings_, topics, clock_);
    EXPECT_TRUE(control.ok()) << control.status();
    return *std::move(control);
  }
  // A token signed with `secret` that counts for a minute.
  std::string Token(std::string_view secret = kSecret) const {
    const SigningKey key = SigningKey::FromSecret(secret, HmacAlgorithm::kHs256).value();
    const Claims claims{.subject = "u-17", .expires_at = clock_.Now() + absl::Minutes(1), .token_id = "t-1"};
    return MintToken(WriteClaims(claims), "", key).value();
  }

  const spanwire::testing::TemporaryFolder folder_;
  model::FakeClock clock_{absl::FromUnixSeconds(1'760'000'000)};
  config::AuthSettings settings_;
};

TEST_F(AccessControlTest, WithoutKeysEverybodyMayDoEverything) {
  settings_ = {};
  const std::unique_ptr<AccessControl> control = Create();
  EXPECT_FALSE(control->enabled());
  EXPECT_TRUE(control->admits_anonymous());
  EXPECT_EQ(control->permissions()->MaySubscribe(*Anonymous(), "logs"), Permit::kGranted);
}

TEST_F(AccessControlTest, AKeyFileThatCannotBeReadIsNamed) {
  settings_.hs256_secret_file = folder_.PathOf("nowhere");
  const auto control = AccessControl::Create(settings_, {}, clock_);
  ASSERT_FALSE(control.ok());
  EXPECT_EQ(control.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(model::ToStd(control.status().message())
                  .starts_with("auth.hs256_secret_file: " + folder_.PathOf("nowhere") + ": cannot be opened"));
  config::Sources sources;
  sources.Set("auth.hs256_secret_file", "--auth-hs256-secret-file");
  const auto named = AccessControl::Create(settings_, {}, clock_, sources);
  EXPECT_TRUE(model::ToStd(named.status().message()).starts_with("--auth-hs256-secret-file: "));
}

TEST_F(AccessControlTest, CheckingTheSettingsReadsTheRevocationsAndWritesNothing) {
  const auto check = [&] {
    return AccessControl::Create(settings_, {}, clock_, {}, AccessControl::Purpose::kCheckSettings).status();
  };
  settings_.revocations_file = folder_.PathOf("revocations");
  EXPECT_TRUE(check().ok());
  EXPECT_FALSE(std::filesystem::exists(settings_.revocations_file));
  folder_.Write("revocations", "{}\n");
  EXPECT_TRUE(model::ToStd(check().message()).starts_with("auth.revocations_file: " + settings_.revocations_file));
  settings_.revocations_file = folder_.PathOf("nowhere/revocations");
  EXPECT_EQ(check().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AccessControlTest, AuthenticatesUntilTheTokenExpiresByTheLeeway) {
  const std::unique_ptr<AccessControl> control = Create();
  const auto identity = control->Authenticate(Token());
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ((*identity)->subject, "u-17");
  clock_.Advance(absl::Seconds(65) - absl::Milliseconds(1));
  EXPECT_TRUE(control->StillCounts(**identity).ok());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(model::DetailOf(control->StillCounts(**identity)).reason, reason::kExpired);
}

TEST_F(AccessControlTest, ARevokedTokenNoLongerCounts) {
  const std::unique_ptr<AccessControl> control = Create();
  const auto identity = control->Authenticate(Token());
  ASSERT_TRUE(control->revocations().RevokeToken("", "t-1", clock_.Now() + absl::Hours(1)).ok());
  EXPECT_EQ(model::DetailOf(control->StillCounts(**identity)).reason, reason::kRevoked);
  EXPECT_EQ(model::DetailOf(control->Authenticate(Token()).status()).reason, reason::kRevoked);
}

TEST_F(AccessControlTest, ReloadedKeysDecideAtOnce) {
  const std::unique_ptr<AccessControl> control = Create();
  const std::string other = std::string(kSecret) + " and more";
  EXPECT_FALSE(control->Authenticate(Token(other)).ok());
  folder_.Write("secret", other);
  ASSERT_TRUE(control->ReloadKeys().ok());
  EXPECT_TRUE(control->Authenticate(Token(other)).ok());
  EXPECT_FALSE(control->Authenticate(Token()).ok());
}

TEST_F(AccessControlTest, KeysThatCannotBeReadAnyMoreLeaveThoseThatThereWere) {
  const std::unique_ptr<AccessControl> control = Create();
  folder_.Write("secret", "short");
  EXPECT_FALSE(control->ReloadKeys().ok());
  EXPECT_TRUE(control->Authenticate(Token()).ok());
}

TEST_F(AccessControlTest, WhoCameWithACertificateCountsWhileTheSettingsSayTheSameOfIt) {
  const config::ClientCertificate orders{.name = "orders", .publish = {"orders:*"}, .roles = {"admin.read"}};
  const config::ClientCertificate stats{.name = "stats", .publish = {"stats"}};
  settings_.client_certificates = {orders, stats};
  const std::unique_ptr<AccessControl> control = Create();
  const IdentityPtr came = control->FindCertificate({"x", "orders"});
  const IdentityPtr other = control->FindCertificate({"stats"});
  ASSERT_TRUE(came != nullptr && other != nullptr);
  EXPECT_FALSE(control->ReplaceCertificates({stats, orders})) << "nothing but their order differs";
  EXPECT_TRUE(control->StillCounts(*came).ok());

  EXPECT_TRUE(control->ReplaceCertificates({{.name = "orders", .publish = {"orders:*"}}, stats}));
  EXPECT_EQ(model::DetailOf(control->StillCounts(*came)).reason, reason::kCertificateChanged);
  EXPECT_TRUE(control->StillCounts(*other).ok());
  const IdentityPtr again = control->FindCertificate({"orders"});
  EXPECT_TRUE(control->StillCounts(*again).ok());
  EXPECT_FALSE(again->roles.Has(Role::kAdminRead));

  EXPECT_TRUE(control->ReplaceCertificates({stats}));
  EXPECT_EQ(control->FindCertificate({"orders"}), nullptr);
  EXPECT_FALSE(control->StillCounts(*again).ok());
  EXPECT_TRUE(control->StillCounts(*other).ok());
}

TEST_F(AccessControlTest, TheFirstPolicyThatMatchesDecidesAndCanBeReplaced) {
  const std::unique_ptr<AccessControl> control =
      Create({{.match = "stats", .access = config::Access::kPublic}, {.match = "*"}});
  EXPECT_TRUE(control->admits_anonymous());
  EXPECT_EQ(control->permissions()->MaySubscribe(*Anonymous(), "stats"), Permit::kGranted);
  EXPECT_EQ(control->permissions()->MaySubscribe(*Anonymous(), "logs"), Permit::kUnauthenticated);
  control->ReplaceRules({});
  EXPECT_FALSE(control->admits_anonymous());
  EXPECT_EQ(control->permissions()->MaySubscribe(*Anonymous(), "stats"), Permit::kUnauthenticated);
}

}  // namespace
}  // namespace spanwire::auth

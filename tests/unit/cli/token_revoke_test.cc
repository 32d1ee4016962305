#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;

class TokenRevokeTest : public CliTest {};

TEST_F(TokenRevokeTest, ATokenOrAllOfAUser) {
  bridge_.admin.revoked.set_connections_closed(2);
  bridge_.admin.revoked.set_streams_ended(1);
  const Outcome by_id = Run({"token", "revoke", "--jti", "t-1"});
  EXPECT_EQ(by_id.code, ExitCode::kOk) << by_id.err;
  EXPECT_THAT(by_id.err, HasSubstr("2 connections, 1 streams"));
  EXPECT_EQ(bridge_.admin.revoke_request.token_id(), "t-1");
  EXPECT_FALSE(bridge_.admin.revoke_request.has_expires_at());

  const Outcome by_user = Run({"token", "revoke", "--user", "u-17", "--tenant", "acme", "--issued-until",
                               "2025-01-15T14:05:00Z", "--remember", "24h"});
  EXPECT_EQ(by_user.code, ExitCode::kOk) << by_user.err;
  const v1::RevokeTokensRequest& request = bridge_.admin.revoke_request;
  EXPECT_EQ(request.user_id(), "u-17");
  EXPECT_EQ(request.tenant_id(), "acme");
  EXPECT_EQ(request.issued_until().seconds(), 1'736'949'900);
  EXPECT_EQ(request.expires_at().seconds(), absl::ToUnixSeconds(clock_.Now() + absl::Hours(24)));
}

TEST_F(TokenRevokeTest, WhatIsMeantMustBeSaid) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{},
                                             {"--jti", ""},
                                             {"--user", ""},
                                             {"--jti", "a", "--user", "b"},
                                             {"--jti", "a", "--issued-until", "2025-01-15T14:05:00Z"},
                                             {"--user", "u", "--issued-until", "yesterday"},
                                             {"--user", "u", "--remember", "0"},
                                             {"--user", "u", "--remember", "forever"}}) {
    std::vector<std::string> arguments = {"token", "revoke"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(Run(arguments).code, ExitCode::kUsage) << testing::PrintToString(flags);
  }
  EXPECT_EQ(bridge_.admin.revoke_request.ByteSizeLong(), 0U);
}

TEST_F(TokenRevokeTest, ARefusalIsToldWithItsReason) {
  bridge_.admin.refusal = Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "the list is full", "REVOCATIONS_FULL");
  const Outcome outcome = Run({"token", "revoke", "--user", "u"});
  EXPECT_EQ(outcome.code, ExitCode::kFailure);
  EXPECT_THAT(outcome.err, HasSubstr("REVOCATIONS_FULL"));
}

}  // namespace
}  // namespace spanwire::cli

#include "tests/unit/auth/secured_access.h"

#include <stdlib.h>
#include <unistd.h>

#include <utility>

#include <gtest/gtest.h>

namespace spanwire::auth::testing {
namespace {

std::string WriteSecret() {
  std::string path = ::testing::TempDir() + "spanwire_secret_XXXXXX";
  const int file = mkstemp(path.data());
  EXPECT_EQ(write(file, kSecret.data(), kSecret.size()), static_cast<ssize_t>(kSecret.size()));
  close(file);
  return path;
}

}  // namespace

SecuredAccess::SecuredAccess(const model::Clock& clock, config::AuthSettings settings,
                             const std::vector<config::TopicPolicy>& topics)
    : clock_(clock), path_(WriteSecret()) {
  settings.hs256_secret_file = path_;
  control_ = AccessControl::Create(settings, topics, clock).value();
}

SecuredAccess::~SecuredAccess() {
  unlink(path_.c_str());
}

std::string SecuredAccess::Token(Claims claims) const {
  if (claims.subject.empty()) claims.subject = "orders";
  if (claims.expires_at == absl::Time()) claims.expires_at = clock_.Now() + absl::Hours(1);
  if (!claims.issued_at) claims.issued_at = clock_.Now();
  return MintToken(WriteClaims(claims), "", SecretKey()).value();
}

}  // namespace spanwire::auth::testing

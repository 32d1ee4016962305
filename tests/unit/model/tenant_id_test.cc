#include "bridge/model/tenant_id.h"

#include <string>

#include <gtest/gtest.h>

#include "bridge/model/error.h"

namespace spanwire::model {
namespace {

TEST(ValidateTenantId, TakesNothingAndPlainNames) {
  for (const char* tenant : {"", "acme", "Org/acme:eu-1.prod_2", "a~20b"}) {
    EXPECT_TRUE(ValidateTenantId(tenant).ok()) << tenant;
  }
  EXPECT_TRUE(ValidateTenantId(std::string(128, 'a')).ok());
}

TEST(ValidateTenantId, RefusesLongOnesAndBytesThatWouldNeedQuoting) {
  const std::string bad[] = {std::string(129, 'a'), "a b", "a\"b", "\xC3\xA9", "a\n", std::string("a\0b", 3), "$x"};
  for (const std::string& tenant : bad) {
    const absl::Status refused = ValidateTenantId(tenant);
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << tenant;
    EXPECT_EQ(DetailOf(refused).reason, "BAD_TENANT") << tenant;
  }
}

}  // namespace
}  // namespace spanwire::model

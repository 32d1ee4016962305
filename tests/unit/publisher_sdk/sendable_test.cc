#include "publisher_sdk/src/sendable.h"

#include <gmock/gmock.h>

#include "bridge/schema/nesting.h"

namespace spanwire::internal {
namespace {

using ::testing::HasSubstr;

static_assert(kMaxNesting == schema::kMaxNesting, "the SDK refuses what the bridge takes, or sends what it does not");

// Objects in each other, so many, the innermost of which has a number.
v1::Event Nested(int objects) {
  v1::Event event;
  google::protobuf::Struct* innermost = event.mutable_json();
  for (int i = 1; i < objects; ++i) innermost = (*innermost->mutable_fields())["in"].mutable_struct_value();
  (*innermost->mutable_fields())["n"].set_number_value(1);
  return event;
}

TEST(SendableTest, DataMayNestAsDeepAsTheBridgeLetsIt) {
  EXPECT_TRUE(CheckSendable(Nested(100)).ok());
  const PublishResult refusal = CheckSendable(Nested(101));
  EXPECT_EQ(refusal.reason, "EVENT_UNREADABLE");
  EXPECT_THAT(std::string(refusal.status.message()), HasSubstr("nested over 100 levels"));
}

}  // namespace
}  // namespace spanwire::internal

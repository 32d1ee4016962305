#include "bridge/model/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Error, DetailTravelsInTheStatus) {
  const absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, "Load its schema.",
                {.reason = "UNKNOWN_TYPE", .metadata = {{"type", "a.B"}, {"field", "message"}}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "Load its schema.");
  EXPECT_EQ(DetailOf(status).reason, "UNKNOWN_TYPE");
  EXPECT_THAT(DetailOf(status).metadata, ElementsAre(Pair("type", "a.B"), Pair("field", "message")));
}

TEST(Error, AnyOtherStatusHasNoDetail) {
  EXPECT_EQ(DetailOf(absl::InternalError("x")).reason, "");
}

TEST(Error, AZeroByteCutsAPartAndNothingElse) {
  const absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, "s",
                                        {.reason = "R", .metadata = {{"value", std::string("a\0b", 3)}, {"k", ""}}});
  EXPECT_THAT(DetailOf(status).metadata, ElementsAre(Pair("value", "a"), Pair("k", "")));
}

}  // namespace
}  // namespace spanwire::model

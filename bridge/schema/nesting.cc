#include "bridge/schema/nesting.h"

#include <string>

#include <fmt/format.h>

#include "bridge/model/error.h"

namespace spanwire::schema {

absl::Status NestsTooDeep() {
  return model::MakeError(absl::StatusCode::kInvalidArgument,
                          fmt::format("the payload nests deeper than {} levels: flatten it", kMaxNesting),
                          {.reason = "BAD_PAYLOAD", .metadata = {{"limit", std::to_string(kMaxNesting)}}});
}

}  // namespace spanwire::schema

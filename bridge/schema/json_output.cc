#include "bridge/schema/json_output.h"

#include <string>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"

namespace spanwire::schema {

bool JsonOutput::Fail(std::string_view sentence) {
  return Fail(absl::InvalidArgumentError(model::ToAbsl(sentence)));
}

bool JsonOutput::FailUtf8(std::string_view where) {
  return Fail(fmt::format("{} is not valid UTF-8: use a bytes field for what is not text", where));
}

bool JsonOutput::FailSize() {
  return Fail(model::MakeError(absl::StatusCode::kInvalidArgument,
                               "the payload's JSON is larger than an event may be: split it, or raise the event limit",
                               {.reason = "EVENT_TOO_LARGE", .metadata = {{"limit", std::to_string(max_bytes_)}}}));
}

}  // namespace spanwire::schema

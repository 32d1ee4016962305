#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace spanwire::model {

// What a program needs to know of an error beside its code and sentence. Travels in an absl::Status and becomes
// google.rpc.ErrorInfo at the gRPC edge (AIP-193).
struct ErrorDetail {
  std::string reason;  // stable UPPER_SNAKE_CASE word, such as UNKNOWN_TYPE; empty where none was given
  std::vector<std::pair<std::string, std::string>> metadata;  // such as {"field", "topic"}
};

// An error with a reason. `sentence` says what is wrong and what to do.
absl::Status MakeError(absl::StatusCode code, std::string_view sentence, ErrorDetail detail);

// The detail of a status made by MakeError; empty for any other.
ErrorDetail DetailOf(const absl::Status& status);

}  // namespace spanwire::model

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace spanwire::transport {

struct QueryParameter {
  std::string name;
  std::string value;
};

// Reads `a=1&b=2` as browsers write it: %-escapes, and `+` for a space. Parameters keep their order; one without `=`
// has an empty value. INVALID_ARGUMENT with a sentence for the client where an escape is broken or the result is not
// UTF-8.
absl::StatusOr<std::vector<QueryParameter>> ParseQuery(std::string_view query);

}  // namespace spanwire::transport

#pragma once

#include <string_view>
#include <vector>

namespace spanwire::cli::tail {

// One member of an object or element of an array, as it stands in the text.
struct JsonExtent {
  std::string_view name;   // without its quotes, escapes as they are; empty in an array
  std::string_view value;  // the value's exact text
};

// The members or elements of `json`, which must be a valid JSON object or array, in their order. Shows numbers and
// strings exactly as the bridge sent them, where parsing and writing again would not.
std::vector<JsonExtent> JsonExtents(std::string_view json);

}  // namespace spanwire::cli::tail

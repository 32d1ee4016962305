#pragma once

#include <string_view>

#include <boost/json/object.hpp>
#include "absl/status/statusor.h"

namespace spanwire::auth {

// Reads `text`, which must be exactly one JSON object (RFC 8259, UTF-8, at most 16 levels deep).
//
// Stricter than JSON is by itself: no object within may have two members of one name, which RFC 7515, section 4, and
// RFC 7519, section 4, let a reader refuse. Where a checker takes the first and another the last, a token means two
// things. INVALID_ARGUMENT with half a sentence ("is not JSON"), which holds nothing of the text.
absl::StatusOr<boost::json::object> ParseStrictObject(std::string_view text);

// A string's bytes.
inline std::string_view TextOf(const boost::json::string& text) {
  return {text.data(), text.size()};
}

}  // namespace spanwire::auth

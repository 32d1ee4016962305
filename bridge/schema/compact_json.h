#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace spanwire::schema {

// Appends `text`, which must be one JSON object (RFC 8259, valid UTF-8, at most kMaxNesting deep), without the
// white space between its tokens. Numbers stay as they are written, members in their order; strings keep what they
// say, with only the necessary escapes. INVALID_ARGUMENT with a sentence that names the byte where it is wrong, or
// NestsTooDeep(); `out` then holds part of an object.
absl::Status AppendCompactJson(std::string_view text, std::string* out);

}  // namespace spanwire::schema

#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace spanwire::schema {

inline constexpr size_t kMaxJsonTextDepth = 64;  // objects and arrays in each other

// Appends `text`, which must be one JSON object (RFC 8259, valid UTF-8, at most kMaxJsonTextDepth deep), without the
// white space between its tokens. Numbers stay as they are written, members in their order; strings keep what they
// say, with only the necessary escapes. INVALID_ARGUMENT with a sentence that names the byte where it is wrong; `out`
// then holds part of an object.
absl::Status AppendCompactJson(std::string_view text, std::string* out);

}  // namespace spanwire::schema

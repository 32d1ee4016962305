#pragma once

#include <string>
#include <string_view>

namespace spanwire::model {

// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8; it is written as it is, with only what
// RFC 8259 demands escaped: the quote, the backslash and control characters.
void AppendJsonString(std::string_view text, std::string* out);

// The same without the quotes, for a string that is written in parts.
void AppendJsonEscaped(std::string_view text, std::string* out);

}  // namespace spanwire::model

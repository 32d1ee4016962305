#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spanwire::cli {

// `text`, which may come from anybody (user agents, topics, payloads), made safe for a terminal: control characters
// (C0, DEL, C1), line and paragraph separators, invisible direction marks and bytes that are not UTF-8 are written as
// escapes such as \n, \x1b or \u202e. A backslash stays as it is: the result is for eyes, not for reading back.
std::string Printable(std::string_view text);

// `json`, a JSON text, with what Printable() would escape beyond ASCII written as \u escapes. Still the same JSON.
std::string PrintableJson(std::string_view json);

// How many columns `text`, which must be Printable(), takes on a terminal. Good enough for alignment: knows wide East
// Asian characters, emoji and combining marks, not the joining of emoji.
size_t DisplayWidth(std::string_view text);

}  // namespace spanwire::cli

#pragma once

#include <string>
#include <string_view>

namespace spanwire::hostmon {

// The level that a line of somebody's log seems to have: the first word of its beginning that names one (in any case,
// also inside brackets or JSON), or glog's leading letter; "info" where there is none. One of the words of Log.level.
std::string_view GuessLevel(std::string_view line);

// `text` with every byte that is not part of valid UTF-8 as U+FFFD: logs hold anything, protobuf strings do not.
std::string ToUtf8(std::string_view text);

}  // namespace spanwire::hostmon

#pragma once

#include <optional>
#include <string_view>

namespace spanwire::model {

// The text of a member's value in a JSON object: of `{"a":1,"b":"x"}` and `b` it is `"x"`, with the quotes. Only the
// object's own members count, not those of objects within; names are compared as they are written, so one that is
// spelled with escapes is not found.
//
// Made for looking at one member of a text that is known to be JSON, at the cost of a scan. Of any other text the
// answer is none or some part of it: check what you go on with.
std::optional<std::string_view> FindJsonMember(std::string_view object, std::string_view name);

}  // namespace spanwire::model

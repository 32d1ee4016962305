#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace spanwire::model {

// Debian builds abseil for C++14, where absl::string_view is a type of its own. Spanwire speaks std::string_view and
// crosses over here, at abseil's edge (map look-ups, Status payloads).
inline absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view ToStd(absl::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace spanwire::model

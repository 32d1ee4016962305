#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace spanwire::config {

// Whom pages and clients name, in the one spelling that browsers send (WHATWG URL, RFC 6454): small letters, no default
// port, addresses in their shortest form. What could never match what a browser sends is INVALID_ARGUMENT, with a
// sentence that says what is expected: an operator must not find out by refused pages.

// An origin: `https://app.example`, `http://localhost:3000`, `http://[::1]:8080`.
absl::StatusOr<std::string> ParseOrigin(std::string_view text);

// A name in a Host header: `push.example`, which stands for every port, `push.example:8443`, `[2001:db8::7]`.
absl::StatusOr<std::string> ParseHostName(std::string_view text);

}  // namespace spanwire::config

#pragma once

#include "absl/status/status.h"

namespace spanwire::schema {

// How many objects and arrays of an event's `data` may stand in each other, whatever it is published as. Deep enough
// for any data, and shallow enough for every reader's stack.
inline constexpr int kMaxNesting = 100;

// As many levels of protobuf messages as that may take, in an event within a request: a google.protobuf.Struct takes
// three for each object.
inline constexpr int kMaxMessageNesting = 3 * kMaxNesting + 2;

// INVALID_ARGUMENT, reason BAD_PAYLOAD: the payload nests deeper than kMaxNesting.
absl::Status NestsTooDeep();

}  // namespace spanwire::schema

#pragma once

#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace spanwire::cli::publish {

// The text that --data means: itself, the file named after `@`, or for `-` all of `in`. INVALID_ARGUMENT with a
// sentence for the user where it cannot be read or is over 4 MiB, more than gRPC would carry.
absl::StatusOr<std::string> ReadDataArgument(const std::string& argument, std::istream& in);

// INVALID_ARGUMENT, saying what is wrong and where, unless `text` is one JSON object.
absl::Status CheckJsonObject(const std::string& text);

}  // namespace spanwire::cli::publish

#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/exit_code.h"

namespace spanwire::cli {

// The exit code that tells of `error`, an error of BridgeClient.
ExitCode ExitCodeFor(const absl::Status& error);

// Where a call went, for those who read its error.
struct Attempt {
  std::string what;  // what was tried, such as "list connections"
  std::string server;
  absl::Duration timeout;
};

// One or two Printable() lines, each with its newline and without an "error:" in front: what failed, the reason, and
// what to do.
std::string Explain(const absl::Status& error, const Attempt& attempt);

}  // namespace spanwire::cli

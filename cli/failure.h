#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/exit_code.h"
#include "cli/port_look.h"
#include "spanwire/security.h"

namespace spanwire::cli {

// An error of the command line or of the files that it names, seen before anything was sent: INVALID_ARGUMENT, of which
// the sentence alone is told.
absl::Status Misuse(std::string_view sentence);

// The exit code that tells of `error`, an error of BridgeClient.
ExitCode ExitCodeFor(const absl::Status& error);

// Where a call went, for those who read its error.
struct Attempt {
  std::string what;  // what was tried, such as "list connections"
  std::string server;
  absl::Duration timeout;
  Security security = {};             // what it went with
  std::optional<PortLook> look = {};  // at the server, once the call had failed; see WorthALook
};

// Whether a look at the port may tell why the call failed better than gRPC does.
bool WorthALook(const absl::Status& error);

// One or two Printable() lines, each with its newline and without an "error:" in front: what failed, the reason, and
// what to do.
std::string Explain(const absl::Status& error, const Attempt& attempt);

}  // namespace spanwire::cli

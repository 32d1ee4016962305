#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace spanwire::server {

// Writes all of `text` to stdout, now. UNAVAILABLE with a sentence where it does not arrive, as on a full disk; a
// reader who left early, as `head` does, is no failure. SIGPIPE is ignored (BlockSignals).
absl::Status WriteToStdout(std::string_view text);

}  // namespace spanwire::server

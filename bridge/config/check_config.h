#pragma once

#include "absl/status/status.h"
#include "bridge/config/config.h"

namespace spanwire::config {

// Whether the settings fit each other; ReadCommandLine has called it. INVALID_ARGUMENT begins with the source of the
// one to mend (Config::sources). Looks at no file.
absl::Status CheckConfig(const Config& config);

}  // namespace spanwire::config

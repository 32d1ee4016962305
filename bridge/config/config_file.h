#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "bridge/config/config.h"

namespace spanwire::config {

// Sets in `config` what `text`, a TOML document, says. `path` names it in errors; paths in it are relative to its
// folder. INVALID_ARGUMENT names the key and the line: a syntax error, an unknown key, a value that does not fit.
absl::Status ReadConfigText(std::string_view text, const std::string& path, Config* config);

// The same from a file. NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE where it cannot be read.
absl::Status ReadConfigFile(const std::string& path, Config* config);

}  // namespace spanwire::config

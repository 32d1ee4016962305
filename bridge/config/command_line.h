#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "bridge/config/config.h"

namespace spanwire::config {

// What the program was asked to do.
struct CommandLine {
  enum class Mode { kRun, kCheckConfig, kPrint };
  Mode mode = Mode::kRun;
  std::string text;  // of kPrint: help or version, for stdout
  Config config;     // of kRun and kCheckConfig: complete and checked
  std::string file;  // the settings file that was read; empty: none
};

// Looks an environment variable up: null where it is not set.
using Environment = std::function<const char*(const char* name)>;

// Builds the configuration: a flag beats an environment variable beats the file beats the default. Any error names the
// flag, the variable, or the file's key and line, and says what is expected.
absl::StatusOr<CommandLine> ReadCommandLine(int argc, const char* const* argv, const Environment& environment);

}  // namespace spanwire::config

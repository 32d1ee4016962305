#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bridge/model/clock.h"
#include "cli/exit_code.h"
#include "cli/streams.h"

namespace spanwire::cli {

// Runs one command line, without the program's name: parses it, does what it says and returns what the shell is told.
// Reads the environment (SPANWIRE_SERVER, NO_COLOR, TERM).
ExitCode RunCommandLine(std::vector<std::string> arguments, Streams& streams,
                        const model::Clock& clock = model::Clock::System(),
                        absl::TimeZone zone = absl::LocalTimeZone());

}  // namespace spanwire::cli

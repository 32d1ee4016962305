#pragma once

#include "CLI/App.hpp"
#include "cli/session.h"

namespace spanwire::cli {

// Declares --server, -o, --timeout and --no-color. They are accepted before and after the command.
void DeclareGlobalOptions(CLI::App& root, GlobalOptions& options);

}  // namespace spanwire::cli

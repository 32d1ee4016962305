#pragma once

#include "CLI/App.hpp"
#include "cli/session.h"

namespace spanwire::cli {

// Declares --server, -o, --timeout, --no-color, and how one shows who one is: --token, --token-file, --ca, --cert,
// --key,
// --tls, --insecure, --context. They are accepted before and after the command.
void DeclareGlobalOptions(CLI::App& root, GlobalOptions& options);

}  // namespace spanwire::cli

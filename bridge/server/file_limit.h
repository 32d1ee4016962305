#pragma once

#include "bridge/config/config.h"

namespace spanwire::server {

// Raises the process's limit of open files as far as it may, and lowers `max_connections`, with a warning, to what then
// fits.
void FitConnectionsToFileLimit(config::Limits* limits);

}  // namespace spanwire::server

#pragma once

#include "absl/time/time.h"

namespace spanwire::server {

// Keeps SIGINT, SIGTERM and SIGHUP for WaitForSignal() and ignores SIGPIPE. Call first in main, before any thread
// exists: threads inherit it.
void BlockSignals();

enum class Signal {
  kStop,    // SIGINT, SIGTERM, or RequestStop()
  kReload,  // SIGHUP
  kNone,    // none came in time
};

// Waits for the next, for so long. After kStop the next SIGINT or SIGTERM ends the program at once with status 1, and
// SIGHUP does nothing.
Signal WaitForSignal(absl::Duration timeout);

// As if SIGTERM had come. Any thread; returns at once. False where the program is stopping already; unlike a second
// SIGTERM that changes nothing.
bool RequestStop();

}  // namespace spanwire::server

#pragma once

namespace spanwire::server {

// Keeps SIGINT and SIGTERM for Wait() and ignores SIGPIPE. Call first in main, before any thread exists: threads
// inherit it.
void BlockStopSignals();

// Waits for SIGINT or SIGTERM. From the next one on, the program ends at once with status 1.
void WaitForStopSignal();

}  // namespace spanwire::server

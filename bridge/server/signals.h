#pragma once

namespace spanwire::server {

// Keeps SIGINT, SIGTERM and SIGUSR1 for WaitForStopSignal() and ignores SIGPIPE. Call first in main, before any thread
// exists: threads inherit it.
void BlockStopSignals();

// Waits for one of them. From the next SIGINT or SIGTERM on, the program ends at once with status 1; SIGUSR1 means
// nothing any more.
void WaitForStopSignal();

// Has WaitForStopSignal() return. Unlike a stop signal it may come again and again, and never cuts a stop short. Any
// thread.
void RequestStop();

}  // namespace spanwire::server

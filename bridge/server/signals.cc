#include "bridge/server/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

namespace spanwire::server {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  return signals;
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void WaitForStopSignal() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  std::signal(SIGUSR1, SIG_IGN);
  std::signal(SIGINT, [](int) { _exit(1); });
  std::signal(SIGTERM, [](int) { _exit(1); });
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void RequestStop() {
  ::kill(::getpid(), SIGUSR1);
}

}  // namespace spanwire::server

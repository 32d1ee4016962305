#include "bridge/server/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace spanwire::server {
namespace {

// RequestStop's own, so that it is never taken for the second SIGTERM.
constexpr int kRequest = SIGUSR1;

std::atomic<bool> stopping{false};

sigset_t SetOf(std::initializer_list<int> members) {
  sigset_t set;
  sigemptyset(&set);
  for (const int member : members) sigaddset(&set, member);
  return set;
}

}  // namespace

void BlockSignals() {
  const sigset_t signals = SetOf({SIGINT, SIGTERM, SIGHUP, kRequest});
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Signal WaitForSignal(absl::Duration timeout) {
  const sigset_t signals = SetOf({SIGINT, SIGTERM, SIGHUP, kRequest});
  const timespec longest = absl::ToTimespec(timeout);
  const int signal = sigtimedwait(&signals, nullptr, &longest);
  if (signal < 0) return Signal::kNone;
  if (signal == SIGHUP) return Signal::kReload;
  stopping = true;
  std::signal(SIGINT, [](int) { _exit(1); });
  std::signal(SIGTERM, [](int) { _exit(1); });
  const sigset_t impatient = SetOf({SIGINT, SIGTERM});
  pthread_sigmask(SIG_UNBLOCK, &impatient, nullptr);
  return Signal::kStop;
}

bool RequestStop() {
  if (stopping.exchange(true)) return false;
  kill(getpid(), kRequest);
  return true;
}

}  // namespace spanwire::server

#include "cli/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace spanwire::cli {
namespace {

constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};

// A signal handler may do little more than write(), so it wakes the guard's thread through a pipe.
std::atomic<int> wake_descriptor = -1;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void WakeGuard(int) {
  const int saved_errno = errno;
  const char byte = 's';
  // The pipe is empty and holds one byte at least, so this cannot fail; there is nobody to tell if it did.
  [[maybe_unused]] const ssize_t written = ::write(wake_descriptor.load(), &byte, 1);
  errno = saved_errno;
}

}  // namespace

InterruptGuard::InterruptGuard(std::function<void()> stop) : stop_(std::move(stop)) {
  if (::pipe2(pipe_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  wake_descriptor = pipe_[1];
  waiter_ = std::thread([this] { Wait(pipe_[0]); });
  struct sigaction action {};
  action.sa_handler = WakeGuard;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &previous_[i]);
}

InterruptGuard::~InterruptGuard() {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous_[i], nullptr);
  wake_descriptor = -1;
  ::close(pipe_[1]);  // ends the wait
  waiter_.join();
  ::close(pipe_[0]);
}

void InterruptGuard::Wait(int read_end) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = ::read(read_end, &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) return;
  interrupted_ = true;
  stop_();
}

}  // namespace spanwire::cli

#include "cli/interrupt.h"

#include <fcntl.h>
#include <poll.h>
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

InterruptGuard::InterruptGuard(std::function<void()> stop, int output) : stop_(std::move(stop)) {
  if (::pipe2(pipe_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  wake_descriptor = pipe_[1];
  waiter_ = std::thread([this, output] { Wait(output); });
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

void InterruptGuard::Wait(int output) {
  // Of the output only an error is waited for, which poll() tells unasked; it passes over a descriptor of -1.
  std::array<pollfd, 2> waited = {{{pipe_[0], POLLIN, 0}, {output, 0, 0}}};
  while (waited[0].revents == 0 && waited[1].revents == 0) {
    if (::poll(waited.data(), waited.size(), /*timeout=*/-1) < 0 && errno != EINTR) return;
    if ((waited[1].revents & POLLNVAL) != 0) waited[1] = {-1, 0, 0};  // closed from the start: nobody can leave
  }
  char byte = 0;
  interrupted_ = waited[0].revents != 0 && ::read(pipe_[0], &byte, 1) == 1;
  reader_left_ = waited[1].revents != 0;
  // With neither, it is the guard's end that closed the pipe.
  if (interrupted_ || reader_left_) stop_();
}

}  // namespace spanwire::cli

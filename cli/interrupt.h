#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace spanwire::cli {

// While it lives, the first Ctrl-C (SIGINT) or SIGTERM calls `stop` instead of ending the process; a second one ends it
// as usual, in case stopping hangs. `stop` runs on a thread of the guard's own. At most one guard at a time.
class InterruptGuard {
 public:
  explicit InterruptGuard(std::function<void()> stop);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const { return interrupted_; }

 private:
  void Wait(int read_end);

  std::function<void()> stop_;
  std::atomic<bool> interrupted_ = false;
  std::array<int, 2> pipe_ = {-1, -1};
  std::array<struct sigaction, 2> previous_{};
  std::thread waiter_;
};

}  // namespace spanwire::cli

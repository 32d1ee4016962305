#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace spanwire::cli {

// While it lives, the first Ctrl-C (SIGINT) or SIGTERM calls `stop` instead of ending the process; a second one ends it
// as usual, in case stopping hangs. So does the reader of the pipe `output` when he leaves (`| head`): a stream that is
// silent just then would not notice by writing. `stop` runs on a thread of the guard's own, at most once. At most one
// guard at a time.
class InterruptGuard {
 public:
  // `output` is a descriptor, or -1 for none.
  InterruptGuard(std::function<void()> stop, int output);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const { return interrupted_; }
  bool reader_left() const { return reader_left_; }

 private:
  void Wait(int output);

  std::function<void()> stop_;
  std::atomic<bool> interrupted_ = false;
  std::atomic<bool> reader_left_ = false;
  std::array<int, 2> pipe_ = {-1, -1};
  std::array<struct sigaction, 2> previous_{};
  std::thread waiter_;
};

}  // namespace spanwire::cli

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace spanwire::broker {

// The thread that callers' callbacks run on, in the order posted, and that a periodic task runs on between them. It
// takes all that is waiting at once, so many completions cost one wake-up. Thread safe.
//
// A queue of our own rather than a thread pool, since what is outstanding at the end must be told so, not dropped.
class CompletionThread {
 public:
  // Called once. `cancelled`: the owner has stopped; say so rather than give the result.
  using Completion = absl::AnyInvocable<void(bool cancelled)>;

  // Runs `periodic` every `period` (InfiniteDuration: never) until Cancel().
  CompletionThread(absl::Duration period, std::function<void()> periodic);
  // Runs what is left, cancelled. Not from a completion.
  ~CompletionThread();
  CompletionThread(const CompletionThread&) = delete;
  CompletionThread& operator=(const CompletionThread&) = delete;

  void Post(Completion completion) ABSL_LOCKS_EXCLUDED(mutex_);
  // Every completion that has not begun yet, and every later one, runs cancelled.
  void Cancel() { cancelled_.store(true); }
  // Returns when all posted before have run and are destroyed. Not from a completion.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Batch = std::vector<Completion>;
  using Clock = std::chrono::steady_clock;

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits for completions, until `until` at most. False at the end.
  bool Take(Batch& batch, Clock::time_point until) ABSL_LOCKS_EXCLUDED(mutex_);
  void Finish(size_t count) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::chrono::nanoseconds period_;
  const std::function<void()> periodic_;
  std::atomic<bool> cancelled_{false};
  absl::Mutex mutex_;
  absl::CondVar posted_;
  absl::CondVar finished_;
  Batch queue_ ABSL_GUARDED_BY(mutex_);
  uint64_t posted_count_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t finished_count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace spanwire::broker

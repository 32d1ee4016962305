#include "bridge/broker/completion_thread.h"

#include <algorithm>
#include <utility>

namespace spanwire::broker {

CompletionThread::CompletionThread(absl::Duration period, std::function<void()> periodic)
    // A day is as good as never to wake up, and adds up without overflow.
    : period_(absl::ToChronoNanoseconds(std::min(period, absl::Hours(24)))),
      periodic_(period == absl::InfiniteDuration() ? nullptr : std::move(periodic)),
      thread_([this] { Run(); }) {}

CompletionThread::~CompletionThread() {
  Cancel();
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    posted_.Signal();
  }
  thread_.join();
}

void CompletionThread::Post(Completion completion) {
  absl::MutexLock lock(&mutex_);
  if (queue_.empty()) posted_.Signal();
  queue_.push_back(std::move(completion));
  ++posted_count_;
}

void CompletionThread::Drain() {
  absl::MutexLock lock(&mutex_);
  const uint64_t target = posted_count_;
  while (finished_count_ < target) finished_.Wait(&mutex_);
}

void CompletionThread::Run() {
  Batch batch;
  Clock::time_point next_period = Clock::now() + period_;
  while (Take(batch, next_period)) {
    const size_t count = batch.size();
    for (Completion& completion : batch) completion(cancelled_.load());
    batch.clear();
    Finish(count);
    if (Clock::now() < next_period) continue;
    if (periodic_ != nullptr && !cancelled_.load()) periodic_();
    next_period = Clock::now() + period_;
  }
}

bool CompletionThread::Take(Batch& batch, Clock::time_point until) {
  absl::MutexLock lock(&mutex_);
  while (queue_.empty() && !ending_) {
    if (posted_.WaitWithTimeout(&mutex_, absl::FromChrono(until - Clock::now()))) break;
  }
  batch.swap(queue_);
  return !batch.empty() || !ending_;
}

void CompletionThread::Finish(size_t count) {
  absl::MutexLock lock(&mutex_);
  finished_count_ += count;
  finished_.SignalAll();
}

}  // namespace spanwire::broker

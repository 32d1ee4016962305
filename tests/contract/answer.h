#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace spanwire::broker {

// One callback's answer, waited for: pass `answer.Callback()`, then Get(). Copies share the answer.
template <typename T>
class Answer {
 public:
  // May be called from any thread; outlives this object.
  auto Callback() {
    return [state = state_](T value) {
      absl::MutexLock lock(&state->mutex);
      state->value = std::move(value);
      state->thread = std::this_thread::get_id();
      ++state->calls;
      state->changed.SignalAll();
    };
  }

  // Nothing where no answer came within 30 seconds.
  std::optional<T> Get() {
    absl::MutexLock lock(&state_->mutex);
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (state_->calls == 0) {
      if (state_->changed.WaitWithDeadline(&state_->mutex, deadline)) break;
    }
    return state_->value;
  }

  int calls() const {
    absl::MutexLock lock(&state_->mutex);
    return state_->calls;
  }
  // The thread that the callback ran on.
  std::thread::id thread() const {
    absl::MutexLock lock(&state_->mutex);
    return state_->thread;
  }

 private:
  struct State {
    absl::Mutex mutex;
    absl::CondVar changed;
    std::optional<T> value ABSL_GUARDED_BY(mutex);
    std::thread::id thread ABSL_GUARDED_BY(mutex);
    int calls ABSL_GUARDED_BY(mutex) = 0;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace spanwire::broker

#pragma once

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace spanwire::broker {

// Lets calls in until it is closed, and closes when those inside have left. Thread safe.
class CallGate {
 public:
  // One call's way through.
  class Pass {
   public:
    explicit Pass(CallGate& gate) : gate_(gate), inside_(gate.Enter()) {}
    ~Pass() {
      if (inside_) gate_.Leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    // False where the gate was closed: the call must be refused.
    explicit operator bool() const { return inside_; }

   private:
    CallGate& gate_;
    const bool inside_;
  };

  // Returns when no call is inside. From then on none gets in. Not from within a call.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool Enter() ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave() ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  absl::CondVar left_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  size_t inside_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanwire::broker

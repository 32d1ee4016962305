#pragma once

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

namespace spanwire::ingest {

// The calls of a service that are under way, and whether new ones may start. Thread safe.
class LiveCalls {
 public:
  // A call without an end of its own, which must be asked to end.
  class Stream {
   public:
    virtual ~Stream() = default;
    // End soon, with what was taken answered. Any thread; may come after the stream ended.
    virtual void BeginDrain() = 0;
  };

  LiveCalls() = default;
  LiveCalls(const LiveCalls&) = delete;
  LiveCalls& operator=(const LiveCalls&) = delete;

  // False once draining: refuse the call. Else exactly one Leave must follow.
  bool Enter() ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave() ABSL_LOCKS_EXCLUDED(mutex_);

  // The same for a stream, which is held until it leaves.
  bool Enter(std::shared_ptr<Stream> stream) ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave(Stream* stream) ABSL_LOCKS_EXCLUDED(mutex_);

  // Refuses new calls from now on and asks streams to end. Returns at once.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns when no call is under way any more.
  void WaitUntilNone() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool None() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return calls_ == 0 && streams_.empty(); }

  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_set<std::shared_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::ingest

#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/admin/stream.h"
#include "bridge/model/error.h"
#include "bridge/rpc/grpc_status.h"

namespace spanwire::admin {

// Why streams end when the bridge does.
inline absl::Status Closing() {
  return model::MakeError(absl::StatusCode::kUnavailable, "the bridge is shutting down: try again when it is back",
                          {.reason = "DRAINING", .metadata = {}});
}

// The streams that go on until somebody ends them, so that a shutdown can. Thread safe.
class OpenStreams {
 public:
  // False while shutting down: the stream must not begin.
  template <typename Response>
  bool Add(const std::shared_ptr<Stream<Response>>& stream) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (closed_) return false;
    // Ended ones are swept here, where a new one pays for it.
    std::erase_if(streams_, [](const Entry& entry) { return entry.alive.expired(); });
    streams_.push_back({.alive = stream, .end = [weak = std::weak_ptr(stream)] {
                          if (const auto alive = weak.lock()) alive->End(rpc::ToGrpcStatus(Closing()));
                        }});
    return true;
  }

  void EndAll() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Entry> ending;
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
      ending.swap(streams_);
    }
    for (const Entry& entry : ending) entry.end();
  }

 private:
  struct Entry {
    std::weak_ptr<void> alive;
    std::function<void()> end;
  };

  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Entry> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::admin

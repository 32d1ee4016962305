#pragma once

#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "publisher_sdk/src/error_reporter.h"
#include "spanwire/publish_result.h"

namespace spanwire::internal {

// What a PublishFuture and its publisher share. A failure is reported once the future is gone without having looked.
// Thread safe.
class PendingResult {
 public:
  explicit PendingResult(std::shared_ptr<ErrorReporter> reporter) : reporter_(std::move(reporter)) {}

  void Set(const PublishResult& result) ABSL_LOCKS_EXCLUDED(mutex_);  // once
  void Abandon() ABSL_LOCKS_EXCLUDED(mutex_);                         // the future is gone
  PublishResult Get() ABSL_LOCKS_EXCLUDED(mutex_);
  bool WaitFor(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool HasResult() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return result_.has_value(); }

  const std::shared_ptr<ErrorReporter> reporter_;
  absl::Mutex mutex_;
  std::optional<PublishResult> result_ ABSL_GUARDED_BY(mutex_);
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  bool looked_at_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace spanwire::internal

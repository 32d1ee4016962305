#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "publisher_sdk/src/backoff.h"
#include "spanwire/publish_result.h"

namespace spanwire::internal {

// Where failures go that nobody else hears of. Thread safe; shared by a publisher and its futures.
class ErrorReporter {
 public:
  // Empty `on_error`: lines on stderr.
  explicit ErrorReporter(std::function<void(const PublishResult&)> on_error);

  void Report(const PublishResult& failure);
  // A callback of the caller's threw: its event was told, but not heard.
  void ReportThrow(const PublishResult& told, const char* what);

 private:
  std::function<void(const PublishResult&)> on_error_;
};

// Lets one line through each second and counts what it leaves out. Thread safe.
class ErrorLines {
 public:
  // The line to print for a failure at `now`; nothing where one was printed less than a second ago.
  std::optional<std::string> LineFor(const PublishResult& failure, TimePoint now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::optional<TimePoint> last_ ABSL_GUARDED_BY(mutex_);
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanwire::internal

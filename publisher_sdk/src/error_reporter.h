#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "publisher_sdk/src/backoff.h"
#include "spanwire/publish_result.h"

namespace spanwire::internal {

class ErrorLines;

// Where failures go that nobody else hears of. Thread safe; shared by a publisher and its futures.
class ErrorReporter {
 public:
  // Empty `on_error`: lines on stderr.
  explicit ErrorReporter(std::function<void(const PublishResult&)> on_error);
  ~ErrorReporter();
  ErrorReporter(const ErrorReporter&) = delete;
  ErrorReporter& operator=(const ErrorReporter&) = delete;

  void Report(const PublishResult& failure);
  // A callback of the caller's threw: its event was told, but not heard.
  void ReportThrow(const PublishResult& told, const char* what);
  // Tells of those that no line on stderr has told of yet.
  void ReportLeftOut();

 private:
  std::function<void(const PublishResult&)> on_error_;
  std::shared_ptr<ErrorLines> lines_;  // null where on_error is the caller's
};

// Lets a line about failures and one about not being let in through each second, and counts the failures it leaves out.
// Thread safe.
class ErrorLines {
 public:
  // The line to print for a failure at `now`; nothing where one of its kind was printed less than a second ago.
  std::optional<std::string> LineFor(const PublishResult& failure, TimePoint now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The line for the failures left out since; nothing where there are none.
  std::optional<std::string> LineForLeftOut() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::optional<TimePoint> last_failure_ ABSL_GUARDED_BY(mutex_);
  std::optional<TimePoint> last_not_let_in_ ABSL_GUARDED_BY(mutex_);
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string left_out_last_ ABSL_GUARDED_BY(mutex_);
};

// " (UNKNOWN_TYPE)", or nothing where there is no reason.
std::string ReasonInBrackets(const PublishResult& failure);

}  // namespace spanwire::internal

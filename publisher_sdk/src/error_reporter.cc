#include "publisher_sdk/src/error_reporter.h"

#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace spanwire::internal {

ErrorReporter::ErrorReporter(std::function<void(const PublishResult&)> on_error) : on_error_(std::move(on_error)) {
  if (on_error_) return;
  on_error_ = [lines = std::make_shared<ErrorLines>()](const PublishResult& failure) {
    if (const auto line = lines->LineFor(failure, SteadyClock::now())) std::fputs(line->c_str(), stderr);
  };
}

void ErrorReporter::Report(const PublishResult& failure) {
  try {
    on_error_(failure);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spanwire: on_error threw: %s\n", error.what());
  } catch (...) {
    std::fputs("spanwire: on_error threw\n", stderr);
  }
}

void ErrorReporter::ReportThrow(const PublishResult& told, const char* what) {
  PublishResult failure = told;
  failure.status = absl::InternalError(
      absl::StrCat("a publish callback threw \"", what, "\" when told ", told.status.ToString(), ": let none escape"));
  failure.reason = "CALLBACK_THREW";
  Report(failure);
}

std::optional<std::string> ErrorLines::LineFor(const PublishResult& failure, TimePoint now) {
  absl::MutexLock lock(&mutex_);
  if (last_ && now - *last_ < std::chrono::seconds(1)) {
    ++left_out_;
    return std::nullopt;
  }
  std::string line = absl::StrCat("spanwire: an event", failure.topic.empty() ? "" : " for topic ", failure.topic,
                                  " was not published: ", failure.status.ToString());
  if (!failure.reason.empty()) absl::StrAppend(&line, " (", failure.reason, ")");
  if (left_out_ > 0) absl::StrAppend(&line, "; and ", left_out_, " more before it");
  last_ = now;
  left_out_ = 0;
  return line + "\n";
}

}  // namespace spanwire::internal

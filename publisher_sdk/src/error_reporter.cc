#include "publisher_sdk/src/error_reporter.h"

#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace spanwire::internal {

namespace {

void Print(const std::optional<std::string>& line) {
  if (line) std::fputs(line->c_str(), stderr);
}

std::string Sentence(const PublishResult& failure) {
  return absl::StrCat(failure.topic.empty() ? "" : " for topic ", failure.topic,
                      " was not published: ", failure.status.ToString(), ReasonInBrackets(failure));
}

}  // namespace

ErrorReporter::ErrorReporter(std::function<void(const PublishResult&)> on_error) : on_error_(std::move(on_error)) {
  if (on_error_) return;
  lines_ = std::make_shared<ErrorLines>();
  on_error_ = [lines = lines_](const PublishResult& failure) { Print(lines->LineFor(failure, SteadyClock::now())); };
}

ErrorReporter::~ErrorReporter() {
  ReportLeftOut();  // futures may outlive their publisher
}

void ErrorReporter::ReportLeftOut() {
  if (lines_) Print(lines_->LineForLeftOut());
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
  std::optional<TimePoint>& last = failure.not_let_in ? last_not_let_in_ : last_failure_;
  const bool too_soon = last && now - *last < std::chrono::seconds(1);
  if (!too_soon) last = now;
  if (failure.not_let_in) {
    if (too_soon) return std::nullopt;
    return absl::StrCat("spanwire: the publisher cannot get into the bridge: ", failure.status.ToString(),
                        ReasonInBrackets(failure), "; its events wait, and it tries again\n");
  }
  if (too_soon) {
    ++left_out_;
    left_out_last_ = Sentence(failure);
    return std::nullopt;
  }
  std::string line = absl::StrCat("spanwire: an event", Sentence(failure));
  if (left_out_ > 0) absl::StrAppend(&line, "; and ", left_out_, " more before it");
  left_out_ = 0;
  return line + "\n";
}

std::optional<std::string> ErrorLines::LineForLeftOut() {
  absl::MutexLock lock(&mutex_);
  if (left_out_ == 0) return std::nullopt;
  const uint64_t before = std::exchange(left_out_, 0) - 1;
  std::string line = absl::StrCat("spanwire: an event", left_out_last_);
  if (before > 0) absl::StrAppend(&line, "; and ", before, " more before it");
  return line + "\n";
}

std::string ReasonInBrackets(const PublishResult& failure) {
  return failure.reason.empty() ? "" : absl::StrCat(" (", failure.reason, ")");
}

}  // namespace spanwire::internal

#pragma once

#include <memory>

#include <spdlog/formatter.h>

#include "absl/types/span.h"
#include "bridge/observe/logging.h"

namespace spanwire::observe {

enum class LogFormat { kText, kJson };

// Formats one entry as one line:
//   text  2026-01-15T14:05:00.000Z warning event refused reason=BAD_TOPIC
//   JSON  {"time":"2026-01-15T14:05:00.000Z","level":"warning","message":"event refused","reason":"BAD_TOPIC"}
// Control bytes are escaped in both, so nothing a client sends can forge a line; in JSON what is not UTF-8 becomes
// U+FFFD.
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<LineFormatter>(format_); }

 private:
  const LogFormat format_;
};

// Lends `fields` to the lines that this thread formats while the object lives. spdlog's entries have no place for them;
// loggers here are synchronous, so the thread that logs is the one that formats.
class FieldsOfThisThread {
 public:
  explicit FieldsOfThisThread(absl::Span<const LogField> fields);
  ~FieldsOfThisThread();
  FieldsOfThisThread(const FieldsOfThisThread&) = delete;
  FieldsOfThisThread& operator=(const FieldsOfThisThread&) = delete;
};

}  // namespace spanwire::observe

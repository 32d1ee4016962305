#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include <spdlog/spdlog.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace spanwire::observe {

struct LogOptions {
  std::string level = "info";   // trace, debug, info, warning, error
  std::string format = "text";  // or json
};

// Something a log line is about, beside its sentence.
struct LogField {
  std::string_view name;  // lower-case word such as trace_id
  std::string_view value;
};

// Makes spdlog's default logger write to stderr by `options`, one line an entry, whatever bytes are in it. After it
// spdlog::info(...) and Log() go the same way, from any thread. INVALID_ARGUMENT where the level or format is none;
// then nothing changed.
absl::Status SetUpLogging(const LogOptions& options);

// A logger by `options` into a sink of the caller's choice.
absl::StatusOr<std::shared_ptr<spdlog::logger>> MakeLogger(const LogOptions& options, spdlog::sink_ptr sink);

// Writes a line with fields to spdlog's default logger. In text they follow the sentence as name=value, in JSON they
// are members. A field with an empty value is left out, so an unknown trace_id costs the caller no `if`. Any thread.
void Log(spdlog::level::level_enum level, std::string_view sentence, std::initializer_list<LogField> fields = {});

}  // namespace spanwire::observe

#include "bridge/observe/logging.h"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "bridge/model/absl_view.h"
#include "bridge/observe/log_line.h"

namespace spanwire::observe {
namespace {

std::optional<spdlog::level::level_enum> LevelOf(std::string_view name) {
  if (name == "trace") return spdlog::level::trace;
  if (name == "debug") return spdlog::level::debug;
  if (name == "info") return spdlog::level::info;
  if (name == "warning") return spdlog::level::warn;
  if (name == "error") return spdlog::level::err;
  return std::nullopt;
}

std::optional<LogFormat> FormatOf(std::string_view name) {
  if (name == "text") return LogFormat::kText;
  if (name == "json") return LogFormat::kJson;
  return std::nullopt;
}

absl::Status NoSuch(std::string_view what, std::string_view given, std::string_view choices) {
  return absl::InvalidArgumentError(fmt::format("log {} \"{}\" does not exist: choose {}", what, given, choices));
}

}  // namespace

absl::StatusOr<std::shared_ptr<spdlog::logger>> MakeLogger(const LogOptions& options, spdlog::sink_ptr sink) {
  const auto level = LevelOf(options.level);
  if (!level) return NoSuch("level", options.level, "trace, debug, info, warning or error");
  const auto format = FormatOf(options.format);
  if (!format) return NoSuch("format", options.format, "text or json");
  auto logger = std::make_shared<spdlog::logger>("spanwire", std::move(sink));
  logger->set_level(*level);
  logger->set_formatter(std::make_unique<LineFormatter>(*format));
  logger->flush_on(spdlog::level::info);
  return logger;
}

absl::Status SetUpLogging(const LogOptions& options) {
  auto logger = MakeLogger(options, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (!logger.ok()) return logger.status();
  spdlog::set_default_logger(*std::move(logger));
  return absl::OkStatus();
}

void Log(spdlog::level::level_enum level, std::string_view sentence, std::initializer_list<LogField> fields) {
  const FieldsOfThisThread lent(absl::MakeConstSpan(fields.begin(), fields.size()));
  spdlog::default_logger_raw()->log(level, spdlog::string_view_t(sentence.data(), sentence.size()));
}

}  // namespace spanwire::observe

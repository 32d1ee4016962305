#include "bridge/server/grpc_log.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "bridge/observe/logging.h"

namespace spanwire::server {
namespace {

// Some of it is a peer's own words.
constexpr size_t kMaxMessageBytes = 1024;
constexpr std::string_view kAssertion = "assertion failed";

std::string_view FileName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool IsHandshake(std::string_view file) {
  return file == "ssl_transport_security.cc" || file == "security_handshaker.cc";
}

}  // namespace

GrpcLog::GrpcLog(const model::Clock& clock)
    : handshakes_(10, absl::Seconds(10), clock), errors_(10, absl::Seconds(10), clock) {}

void GrpcLog::Write(const gpr_log_func_args& line) {
  const std::string_view message = std::string_view(line.message).substr(0, kMaxMessageBytes);
  const std::string_view file = FileName(line.file);
  const std::string place = fmt::format("{}:{}", file, line.line);
  if (line.severity != GPR_LOG_SEVERITY_ERROR) {
    observe::Log(spdlog::level::debug, "gRPC says", {{"text", message}, {"source", place}});
    return;
  }
  if (!IsHandshake(file)) return WriteError(message, place);
  if (const std::optional<uint64_t> left_out = handshakes_.Admit()) {
    observe::Log(spdlog::level::warn, "a gRPC connection ended before TLS was agreed on",
                 {{"error", message}, {"left_out", *left_out == 0 ? "" : std::to_string(*left_out)}});
  }
}

void GrpcLog::WriteError(std::string_view message, std::string_view place) {
  // The program's last words, which nobody provokes twice.
  const bool last_words = message.starts_with(kAssertion);
  const std::optional<uint64_t> left_out = last_words ? 0 : errors_.Admit();
  if (!left_out) return;
  observe::Log(spdlog::level::err, "gRPC reports an error",
               {{"error", message}, {"source", place}, {"left_out", *left_out == 0 ? "" : std::to_string(*left_out)}});
}

void GrpcLog::Install() {
  // Never destroyed: gRPC's threads may outlive main.
  static GrpcLog& log = *new GrpcLog(model::Clock::System());
  gpr_set_log_function([](gpr_log_func_args* line) { log.Write(*line); });
}

}  // namespace spanwire::server

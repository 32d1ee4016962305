#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include "bridge/config/command_line.h"
#include "bridge/model/absl_view.h"
#include "bridge/observe/logging.h"
#include "bridge/server/bridge.h"
#include "bridge/server/file_limit.h"
#include "bridge/server/grpc_log.h"
#include "bridge/server/loaded_files.h"
#include "bridge/server/reload.h"
#include "bridge/server/signals.h"
#include "bridge/server/standard_output.h"

namespace {

enum ExitCode { kStopped = 0, kFailed = 1, kBadConfiguration = 2 };

ExitCode CodeOf(const absl::Status& status) {
  return absl::IsInvalidArgument(status) ? kBadConfiguration : kFailed;
}

// To stderr, also where that is full; as an object where the log is made of those.
int Fail(ExitCode code, const absl::Status& status, std::string_view log_format = "text") {
  const std::string_view sentence = spanwire::model::ToStd(status.message());
  if (log_format == "json") {
    spanwire::observe::Log(spdlog::level::err, sentence);
  } else {
    std::fputs(fmt::format("spanwire-bridge: {}\n", sentence).c_str(), stderr);
  }
  return code;
}

// What was asked for, alone on stdout.
int Answer(std::string_view text, std::string_view log_format = "text") {
  const absl::Status written = spanwire::server::WriteToStdout(text);
  return written.ok() ? kStopped : Fail(kFailed, written, log_format);
}

// The line that whoever started the bridge waits for. Without a reader it goes on: it is there for others.
void SayReady(const spanwire::server::Bridge& bridge) {
  spanwire::observe::Log(spdlog::level::info, "ready",
                         {{"http", bridge.http_address()}, {"grpc", bridge.grpc_address()}});
  const std::string ops = bridge.ops_address();
  const absl::Status written =
      spanwire::server::WriteToStdout(fmt::format("spanwire-bridge ready http={} grpc={}{}{}\n", bridge.http_address(),
                                                  bridge.grpc_address(), ops.empty() ? "" : " ops=", ops));
  if (written.ok()) return;
  spanwire::observe::Log(spdlog::level::warn, "nobody was told on stdout that the bridge is ready; it goes on",
                         {{"error", spanwire::model::ToStd(written.message())}});
}

// protobuf says to stderr whatever a publisher's bytes bring about; the publisher is told anyway.
void LogProtobuf(google::protobuf::LogLevel, const char*, int, const std::string& message) {
  spanwire::observe::Log(spdlog::level::debug, message);
}

}  // namespace

int main(int argc, char** argv) {
  using spanwire::config::CommandLine;
  spanwire::server::BlockSignals();
  const auto read = [&] {
    return spanwire::config::ReadCommandLine(argc, argv, [](const char* name) { return std::getenv(name); });
  };
  auto line = read();
  if (!line.ok()) return Fail(kBadConfiguration, line.status());
  if (line->mode == CommandLine::Mode::kPrint) return Answer(line->text);
  spanwire::config::Config& config = line->config;
  const absl::Status logging =
      spanwire::observe::SetUpLogging({.level = config.log_level, .format = config.log_format});
  if (!logging.ok()) return Fail(kBadConfiguration, logging);
  google::protobuf::SetLogHandler(LogProtobuf);
  spanwire::server::GrpcLog::Install();
  if (line->mode == CommandLine::Mode::kCheckConfig) {
    const auto files = spanwire::server::LoadFiles(config, spanwire::model::Clock::System(),
                                                   spanwire::auth::AccessControl::Purpose::kCheckSettings);
    if (!files.ok()) return Fail(CodeOf(files.status()), files.status(), config.log_format);
    return Answer("spanwire-bridge: the configuration is good\n", config.log_format);
  }
  const spanwire::config::Config as_written = config;
  spanwire::server::FitConnectionsToFileLimit(&config.limits);
  auto bridge = spanwire::server::Bridge::Create(std::move(config), spanwire::server::RequestStop);
  if (!bridge.ok()) return Fail(CodeOf(bridge.status()), bridge.status(), as_written.log_format);
  (*bridge)->Start();
  SayReady(**bridge);
  using spanwire::server::Signal;
  for (Signal signal = Signal::kNone; signal != Signal::kStop;) {
    signal = spanwire::server::WaitForSignal(as_written.file_check_interval);
    if (signal == Signal::kNone) (*bridge)->ReloadChangedFiles();
    if (signal != Signal::kReload) continue;
    spanwire::server::ReloadSettings(read(), as_written, **bridge);
    (*bridge)->ReloadKeys();
    (*bridge)->ReloadCertificates();
  }
  spanwire::observe::Log(spdlog::level::info, "stopping: clients are told to come back");
  (*bridge)->Stop();
  spanwire::observe::Log(spdlog::level::info, "stopped");
  return kStopped;
}

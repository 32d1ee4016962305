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
#include "bridge/server/reload.h"
#include "bridge/server/signals.h"

namespace {

enum ExitCode { kStopped = 0, kFailed = 1, kBadConfiguration = 2 };

int Fail(ExitCode code, const absl::Status& status) {
  fmt::print(stderr, "spanwire-bridge: {}\n", spanwire::model::ToStd(status.message()));
  return code;
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
  if (line->mode == CommandLine::Mode::kPrint) {
    fmt::print("{}", line->text);
    return kStopped;
  }
  spanwire::config::Config& config = line->config;
  const absl::Status logging =
      spanwire::observe::SetUpLogging({.level = config.log_level, .format = config.log_format});
  if (!logging.ok()) return Fail(kBadConfiguration, logging);
  google::protobuf::SetLogHandler(LogProtobuf);
  spanwire::server::GrpcLog::Install();
  if (line->mode == CommandLine::Mode::kCheckConfig) {
    fmt::print("spanwire-bridge: the configuration is good\n");
    return kStopped;
  }
  const spanwire::config::Config as_written = config;
  spanwire::server::FitConnectionsToFileLimit(&config.limits);
  auto bridge = spanwire::server::Bridge::Create(std::move(config), spanwire::server::RequestStop);
  if (!bridge.ok())
    return Fail(absl::IsInvalidArgument(bridge.status()) ? kBadConfiguration : kFailed, bridge.status());
  (*bridge)->Start();
  spanwire::observe::Log(spdlog::level::info, "ready",
                         {{"http", (*bridge)->http_address()}, {"grpc", (*bridge)->grpc_address()}});
  const std::string ops = (*bridge)->ops_address();
  fmt::print("spanwire-bridge ready http={} grpc={}{}{}\n", (*bridge)->http_address(), (*bridge)->grpc_address(),
             ops.empty() ? "" : " ops=", ops);
  std::fflush(stdout);
  using spanwire::server::Signal;
  for (Signal signal = Signal::kNone; signal != Signal::kStop;) {
    signal = spanwire::server::WaitForSignal(as_written.file_check_interval);
    if (signal == Signal::kNone) (*bridge)->ReloadChangedFiles();
    if (signal != Signal::kReload) continue;
    spanwire::server::ReloadTopicPolicies(read(), as_written, **bridge);
    (*bridge)->ReloadKeys();
    (*bridge)->ReloadCertificates();
  }
  spanwire::observe::Log(spdlog::level::info, "stopping: clients are told to come back");
  (*bridge)->Stop();
  spanwire::observe::Log(spdlog::level::info, "stopped");
  return kStopped;
}

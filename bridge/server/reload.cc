#include "bridge/server/reload.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bridge/config/settings_table.h"
#include "bridge/model/absl_view.h"
#include "bridge/observe/logging.h"

namespace spanwire::server {

void ReloadSettings(absl::StatusOr<config::CommandLine> line, const config::Config& started_with, Bridge& bridge) {
  if (!line.ok()) {
    observe::Log(spdlog::level::err,
                 "settings not reloaded, those from before stay in force: mend them and send SIGHUP again",
                 {{"error", model::ToStd(line.status().message())}});
    return;
  }
  if (line->file.empty()) {
    observe::Log(spdlog::level::warn,
                 "settings not reloaded: topic policies and client certificates are in the file of --config, which was "
                 "not given");
    return;
  }
  const std::vector<std::string_view> differences = config::Differences(started_with, line->config);
  if (!differences.empty()) {
    observe::Log(spdlog::level::warn, "these settings have changed but cannot while the bridge runs: restart it",
                 {{"settings", fmt::format("{}", fmt::join(differences, ","))}});
  }
  const std::string count = std::to_string(line->config.topics.size());
  bridge.ReplacePolicies(std::move(line->config.topics));
  bridge.ReplaceCertificates(line->config.auth.client_certificates);
  observe::Log(spdlog::level::info, "topic policies reloaded", {{"file", line->file}, {"policies", count}});
}

}  // namespace spanwire::server

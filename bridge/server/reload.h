#pragma once

#include "absl/status/statusor.h"
#include "bridge/config/command_line.h"
#include "bridge/server/bridge.h"

namespace spanwire::server {

// Puts the topic policies of `line`, the settings as read again, in force. Where they could not be read nothing
// changes. The log says what became of it, and which settings differ from `started_with` but need a restart.
void ReloadTopicPolicies(absl::StatusOr<config::CommandLine> line, const config::Config& started_with, Bridge& bridge);

}  // namespace spanwire::server

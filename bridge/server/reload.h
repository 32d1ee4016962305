#pragma once

#include "absl/status/statusor.h"
#include "bridge/config/command_line.h"
#include "bridge/server/bridge.h"

namespace spanwire::server {

// Puts the topic policies and client certificates of `line`, the settings as read again, in force. Where they could not
// be read those from before stay. The log says what became of it, and which settings differ from `started_with` but
// need a restart. Keys and certificates of TLS have files of their own, and are the bridge's to reload.
void ReloadSettings(absl::StatusOr<config::CommandLine> line, const config::Config& started_with, Bridge& bridge);

}  // namespace spanwire::server

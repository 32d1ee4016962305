#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "bridge/config/config.h"
#include "bridge/config/toml_node.h"

namespace spanwire::config {

// Reads one [[auth.client_certificate]] table of the file `path`. INVALID_ARGUMENT names line and key.
absl::StatusOr<ClientCertificate> ReadClientCertificate(const std::string& path, const toml::table& table);

}  // namespace spanwire::config

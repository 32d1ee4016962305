#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/auth/access_control.h"
#include "bridge/config/config.h"
#include "bridge/model/clock.h"
#include "bridge/schema/schema_registry.h"
#include "bridge/server/file_watch.h"
#include "bridge/tls/server_identity.h"

namespace spanwire::server {

// What the files that the settings name hold: read and checked.
struct LoadedFiles {
  std::unique_ptr<FileWatch> key_files;
  std::unique_ptr<auth::AccessControl> access;
  std::unique_ptr<FileWatch> certificate_files;   // null without TLS
  std::unique_ptr<tls::ServerIdentity> identity;  // null without TLS
  std::shared_ptr<const schema::SchemaRegistry> types;
};

// Reads them all: keys, revocations, certificates, types. The log says what works and should be mended, such as a key
// that others can read. To check the settings it does the same but writes nothing. Blocks on the disk. INVALID_ARGUMENT
// begins with the setting, as config.sources calls it, and the file. `clock` outlives what is made.
absl::StatusOr<LoadedFiles> LoadFiles(const config::Config& config, const model::Clock& clock,
                                      auth::AccessControl::Purpose purpose);

// Whether a client is asked for its certificate, by one of the settings tls.*_client_auth.
tls::ClientAuth ClientAuthOf(const config::TlsSettings& settings, std::string_view word);

// Each as a warning.
void LogNotes(const std::vector<std::string>& notes);

}  // namespace spanwire::server

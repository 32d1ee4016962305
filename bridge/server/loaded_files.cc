#include "bridge/server/loaded_files.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/observe/logging.h"
#include "bridge/schema/schema_dir.h"

namespace spanwire::server {
namespace {

tls::ServerFiles ServerFilesOf(const config::Config& config) {
  const auto file = [&](std::string_view key, const std::string& path) {
    return tls::PemFile{.setting = config.sources.Of(key), .path = path};
  };
  return {.certificate = file("tls.cert_file", config.tls.cert_file),
          .key = file("tls.key_file", config.tls.key_file),
          .client_ca = file("tls.client_ca_file", config.tls.client_ca_file)};
}

std::vector<std::string> PathsOf(const tls::ServerFiles& files) {
  std::vector<std::string> paths = {files.certificate.path, files.key.path};
  if (!files.client_ca.path.empty()) paths.push_back(files.client_ca.path);
  return paths;
}

absl::Status LoadKeys(const config::Config& config, const model::Clock& clock, auth::AccessControl::Purpose purpose,
                      LoadedFiles* loaded) {
  loaded->key_files = std::make_unique<FileWatch>(auth::AccessControl::KeyPaths(config.auth));
  auto access = auth::AccessControl::Create(config.auth, config.topics, clock, config.sources, purpose);
  if (!access.ok()) return access.status();
  loaded->access = *std::move(access);
  LogNotes(loaded->access->TakeNotes());
  return absl::OkStatus();
}

absl::Status LoadCertificates(const config::Config& config, LoadedFiles* loaded) {
  const config::TlsSettings& tls = config.tls;
  if (!tls.enabled()) return absl::OkStatus();
  tls::ServerFiles files = ServerFilesOf(config);
  loaded->certificate_files = std::make_unique<FileWatch>(PathsOf(files));
  auto identity = tls::ServerIdentity::Load(std::move(files), {.tls13_only = tls.min_version == "1.3",
                                                               .client_auth = ClientAuthOf(tls, tls.http_client_auth)});
  if (!identity.ok()) return identity.status();
  loaded->identity = *std::move(identity);
  LogNotes(loaded->identity->Current()->material().notes);
  return absl::OkStatus();
}

// A folder that brings nothing is good, since types may come later, but rarely what somebody meant.
void LogTypes(const std::string& folder, const schema::SchemaDir& dir) {
  const std::string files = std::to_string(dir.files);
  const std::string types = std::to_string(dir.types);
  if (dir.types == 0) {
    observe::Log(spdlog::level::warn,
                 fmt::format("the schema folder brings no event types: files in it, not in folders within, are read "
                             "whose names end in {}",
                             schema::DescriptorSetEndings()),
                 {{"schema_dir", folder}, {"files", files}});
    return;
  }
  observe::Log(spdlog::level::info, "event types loaded", {{"schema_dir", folder}, {"files", files}, {"types", types}});
}

absl::Status LoadTypes(const config::Config& config, LoadedFiles* loaded) {
  absl::StatusOr<schema::SchemaDir> dir = schema::LoadSchemaDir(config.schema_dir);
  if (!dir.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", config.sources.Of("schema_dir"), model::ToStd(dir.status().message())));
  }
  if (!config.schema_dir.empty()) LogTypes(config.schema_dir, *dir);
  loaded->types = std::move(dir->registry);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadedFiles> LoadFiles(const config::Config& config, const model::Clock& clock,
                                      auth::AccessControl::Purpose purpose) {
  LoadedFiles loaded;
  if (absl::Status status = LoadKeys(config, clock, purpose, &loaded); !status.ok()) return status;
  if (absl::Status status = LoadCertificates(config, &loaded); !status.ok()) return status;
  if (absl::Status status = LoadTypes(config, &loaded); !status.ok()) return status;
  return loaded;
}

tls::ClientAuth ClientAuthOf(const config::TlsSettings& settings, std::string_view word) {
  if (!settings.asks_clients() || word == "none") return tls::ClientAuth::kNone;
  return word == "required" ? tls::ClientAuth::kRequired : tls::ClientAuth::kOptional;
}

void LogNotes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) observe::Log(spdlog::level::warn, note);
}

}  // namespace spanwire::server

#include "bridge/config/config_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "absl/status/statusor.h"
#include "bridge/config/client_certificate_table.h"
#include "bridge/config/settings_table.h"
#include "bridge/config/toml_node.h"
#include "bridge/config/topic_policy_table.h"
#include "bridge/model/absl_view.h"

namespace spanwire::config {
namespace {

// Reads one document; the first fault stops it.
class Reader {
 public:
  Reader(const std::string& path, Config* config) : path_(path), config_(config) {}

  absl::Status Read(std::string_view text) {
    toml::parse_result result = toml::parse(text, path_);
    if (!result) {
      const toml::parse_error& error = result.error();
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: not TOML: {}", path_, error.source().begin.line, error.description()));
    }
    return ReadTable(result.table(), "");
  }

 private:
  absl::Status Fault(const toml::node& node, std::string_view key, std::string_view sentence) const {
    return FaultAt(path_, node, key, sentence);
  }

  absl::Status ReadTable(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      absl::Status status = ReadEntry(key, node);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadEntry(const std::string& key, const toml::node& node) {
    config_->sources.Set(key, PlaceOf(path_, node, key));
    if (key == "topic") return ReadTables(node, key, ReadTopicPolicy, &config_->topics);
    if (key == "auth.client_certificate") {
      return ReadTables(node, key, ReadClientCertificate, &config_->auth.client_certificates);
    }
    for (const Setting& setting : Settings()) {
      if (setting.key == key) return ReadSetting(setting, node);
    }
    const bool is_section = key == "limits" || key == "broker" || key == "auth" || key == "tls";
    if (is_section && node.is_table()) {
      config_->auth.wanted = config_->auth.wanted || key == "auth";
      return ReadTable(*node.as_table(), key + ".");
    }
    return Fault(node, key, "unknown key");
  }

  absl::Status ReadSetting(const Setting& setting, const toml::node& node) {
    if (setting.is_list) return ReadList(setting, node);
    const std::optional<std::string> text = ScalarText(node);
    if (!text) return Fault(node, setting.key, "expected a single value");
    return Set(setting, node, setting.is_path ? Resolve(*text) : *text);
  }

  absl::Status ReadList(const Setting& setting, const toml::node& node) {
    const toml::array* items = node.as_array();
    if (items == nullptr) return Fault(node, setting.key, "expected an array of strings");
    for (const toml::node& item : *items) {
      if (!item.is_string()) return Fault(item, setting.key, "expected an array of strings");
      const std::string& text = item.as_string()->get();
      absl::Status status = Set(setting, item, setting.is_path ? Resolve(text) : text);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Set(const Setting& setting, const toml::node& node, std::string_view text) {
    const absl::Status status = setting.value.set(*config_, text);
    return status.ok() ? status : Fault(node, setting.key, model::ToStd(status.message()));
  }

  std::string Resolve(const std::string& path) const {
    return path.empty() ? path : (std::filesystem::path(path_).parent_path() / path).string();
  }

  // An array of tables, each read by `read`.
  template <typename Item>
  absl::Status ReadTables(const toml::node& node, const std::string& key,
                          absl::StatusOr<Item> (*read)(const std::string& path, const toml::table& table),
                          std::vector<Item>* items) {
    const std::string hint = fmt::format("write [[{}]] for each", key);
    const toml::array* tables = node.as_array();
    if (tables == nullptr) return Fault(node, key, hint);
    for (const toml::node& table : *tables) {
      if (!table.is_table()) return Fault(table, key, hint);
      absl::StatusOr<Item> item = read(path_, *table.as_table());
      if (!item.ok()) return item.status();
      items->push_back(*std::move(item));
    }
    return absl::OkStatus();
  }

  const std::string& path_;
  Config* config_;
};

}  // namespace

absl::Status ReadConfigText(std::string_view text, const std::string& path, Config* config) {
  return Reader(path, config).Read(text);
}

absl::Status ReadConfigFile(const std::string& path, Config* config) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // Copying nothing at all counts as a failure of the stream; an empty file is none.
  const bool empty = file.peek() == std::ifstream::traits_type::eof() && !file.bad();
  if (!file.is_open() || (!empty && !(text << file.rdbuf()))) {
    const std::string sentence =
        fmt::format("cannot read {}: {}", path, errno == 0 ? "not a readable file" : std::strerror(errno));
    if (errno == ENOENT) return absl::NotFoundError(sentence);
    if (errno == EACCES) return absl::PermissionDeniedError(sentence);
    return absl::UnavailableError(sentence);
  }
  return ReadConfigText(text.str(), path, config);
}

}  // namespace spanwire::config

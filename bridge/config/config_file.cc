#include "bridge/config/config_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "absl/status/statusor.h"
#include "bridge/config/settings_table.h"
#include "bridge/config/value_text.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/topic_name.h"

namespace spanwire::config {
namespace {

// A scalar as the text that a flag would have.
std::optional<std::string> ScalarText(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  return std::nullopt;
}

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
    return absl::InvalidArgumentError(fmt::format("{}:{}: {}: {}", path_, node.source().begin.line, key, sentence));
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
    if (key == "topic") return ReadTopics(node);
    for (const Setting& setting : Settings()) {
      if (setting.key == key) return ReadSetting(setting, node);
    }
    const bool is_section = key == "limits" || key == "broker";
    if (is_section && node.is_table()) return ReadTable(*node.as_table(), key + ".");
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
      absl::Status status = Set(setting, item, item.as_string()->get());
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Set(const Setting& setting, const toml::node& node, std::string_view text) {
    const absl::Status status = setting.set(*config_, text);
    return status.ok() ? status : Fault(node, setting.key, model::ToStd(status.message()));
  }

  std::string Resolve(const std::string& path) const {
    return path.empty() ? path : (std::filesystem::path(path_).parent_path() / path).string();
  }

  absl::Status ReadTopics(const toml::node& node) {
    const toml::array* topics = node.as_array();
    if (topics == nullptr) return Fault(node, "topic", "write [[topic]] for each policy");
    for (const toml::node& topic : *topics) {
      if (!topic.is_table()) return Fault(topic, "topic", "write [[topic]] for each policy");
      absl::Status status = ReadTopic(*topic.as_table());
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadTopic(const toml::table& table) {
    TopicPolicy policy;
    if (!table.contains("match")) return Fault(table, "topic.match", "missing: a topic, or a prefix and a trailing *");
    for (const auto& [name, node] : table) {
      const std::string key = "topic." + std::string(name.str());
      absl::Status status = absl::OkStatus();
      if (name == "match") {
        status = ReadMatch(key, node, &policy);
      } else if (name == "history") {
        status = ReadHistory(key, node, &policy.history);
      } else {
        status = Fault(node, key, "unknown key");
      }
      if (!status.ok()) return status;
    }
    config_->topics.push_back(std::move(policy));
    return absl::OkStatus();
  }

  absl::Status ReadMatch(const std::string& key, const toml::node& node, TopicPolicy* policy) {
    if (!node.is_string()) return Fault(node, key, "expected a string");
    policy->match = node.as_string()->get();
    const absl::Status valid = model::ValidateTopicPattern(policy->match);
    return valid.ok() ? valid : Fault(node, key, model::ToStd(valid.message()));
  }

  absl::Status ReadHistory(const std::string& prefix, const toml::node& node, HistoryPolicy* history) {
    if (!node.is_table()) return Fault(node, prefix, "expected { max_events = ..., max_age = ..., max_bytes = ... }");
    for (const auto& [name, value] : *node.as_table()) {
      const std::string key = fmt::format("{}.{}", prefix, name.str());
      const std::string text = ScalarText(value).value_or("");
      absl::Status status;
      if (name == "max_events") {
        status = Take(ParseInteger(text, 0, 1'000'000'000), &history->max_events);
      } else if (name == "max_age") {
        status = Take(ParseDuration(text), &history->max_age);
      } else if (name == "max_bytes") {
        status = Take(ParseSize(text), &history->max_bytes);
      } else {
        return Fault(value, key, "unknown key");
      }
      if (!status.ok()) return Fault(value, key, model::ToStd(status.message()));
    }
    return absl::OkStatus();
  }

  template <typename From, typename To>
  static absl::Status Take(absl::StatusOr<From> value, To* to) {
    if (!value.ok()) return value.status();
    *to = static_cast<To>(*std::move(value));
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

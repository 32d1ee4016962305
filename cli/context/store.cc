#include "cli/context/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "boost/json/parse.hpp"
#include "boost/json/serialize.hpp"
#include "boost/json/value.hpp"
#include "fmt/format.h"

namespace spanwire::cli::context {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

// The texts of a context, by their names in the file.
constexpr std::pair<const char*, std::string Security::*> kTexts[] = {
    {"ca", &Security::ca},
    {"cert", &Security::cert},
    {"key", &Security::key},
    {"token", &Security::token},
    {"token_file", &Security::token_file},
};
constexpr std::pair<const char*, bool Security::*> kSwitches[] = {{"tls", &Security::tls},
                                                                  {"insecure", &Security::token_in_plain_text}};

absl::Status Fault(const std::string& path, std::string_view sentence) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, sentence));
}

std::string TextOf(const json::object& object, const char* name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

Context ReadContext(const json::object& object) {
  Context context{.server = TextOf(object, "server"), .security = {}};
  for (const auto& [name, member] : kTexts) context.security.*member = TextOf(object, name);
  for (const auto& [name, member] : kSwitches) {
    const json::value* found = object.if_contains(name);
    context.security.*member = found != nullptr && found->is_bool() && found->get_bool();
  }
  return context;
}

json::object WriteContext(const Context& context) {
  json::object object{{"server", context.server}};
  for (const auto& [name, member] : kTexts) {
    if (!(context.security.*member).empty()) object[name] = context.security.*member;
  }
  for (const auto& [name, member] : kSwitches) {
    if (context.security.*member) object[name] = true;
  }
  return object;
}

absl::StatusOr<Contexts> ReadContexts(const std::string& path, const std::string& text) {
  json::error_code error;
  const json::value document = json::parse(text, error);
  const json::value* contexts =
      !error && document.is_object() ? document.get_object().if_contains("contexts") : nullptr;
  if (contexts == nullptr || !contexts->is_object()) {
    return Fault(path, "is no file of contexts: mend it, or remove it and add them again");
  }
  Contexts read{.by_name = {}, .current = TextOf(document.get_object(), "current")};
  for (const auto& [name, context] : contexts->get_object()) {
    if (!context.is_object()) return Fault(path, "is no file of contexts: mend it, or remove it and add them again");
    read.by_name.emplace(std::string(name), ReadContext(context.get_object()));
  }
  return read;
}

bool HoldsToken(const Contexts& contexts) {
  return std::any_of(contexts.by_name.begin(), contexts.by_name.end(),
                     [](const auto& entry) { return !entry.second.security.token.empty(); });
}

}  // namespace

std::string StorePath() {
  const auto variable = [](const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? std::string_view() : std::string_view(text);
  };
  if (const std::string_view home = variable("XDG_CONFIG_HOME"); !home.empty()) {
    return (fs::path(home) / "spanwire" / "contexts.json").string();
  }
  const std::string_view home = variable("HOME");
  return home.empty() ? "" : (fs::path(home) / ".config" / "spanwire" / "contexts.json").string();
}

absl::StatusOr<Contexts> Load(const std::string& path) {
  struct stat info {};
  if (path.empty() || (stat(path.c_str(), &info) != 0 && errno == ENOENT)) return Contexts();
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return Fault(path, "cannot be read");
  absl::StatusOr<Contexts> contexts = ReadContexts(path, text);
  if (contexts.ok() && HoldsToken(*contexts) && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Fault(path, "holds a token, and other users may read it: chmod 600 the file, and better get a new token");
  }
  return contexts;
}

absl::Status Save(const Contexts& contexts, const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("where are contexts kept? Set HOME or XDG_CONFIG_HOME");
  json::object by_name;
  for (const auto& [name, context] : contexts.by_name) by_name[name] = WriteContext(context);
  json::object document{{"current", contexts.current}};
  document["contexts"] = std::move(by_name);
  const std::string text = json::serialize(document) + "\n";

  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  const std::string fresh = fmt::format("{}.{}", path, getpid());
  unlink(fresh.c_str());
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool written =
      file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  const int fault = errno;
  if (file >= 0) close(file);
  if (written && rename(fresh.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const std::string sentence = fmt::format("cannot be written: {}", std::strerror(written ? errno : fault));
  unlink(fresh.c_str());
  return Fault(path, sentence);
}

absl::StatusOr<GlobalOptions> Resolve(const GlobalOptions& options) {
  const std::string path = StorePath();
  const absl::StatusOr<Contexts> contexts = Load(path);
  if (!contexts.ok()) return contexts.status();
  const std::string& name = options.context.empty() ? contexts->current : options.context;
  if (name.empty()) return options;
  const auto found = contexts->by_name.find(name);
  if (found == contexts->by_name.end()) {
    return absl::InvalidArgumentError(fmt::format("no context '{}': `spanwire context list` shows them", name));
  }
  const Context& context = found->second;
  if (options.context.empty() && options.server_given && options.server != context.server) return options;

  GlobalOptions resolved = options;
  if (!options.server_given) resolved.server = context.server;
  const Security& given = options.security;
  const bool shows_token = !given.token.empty() || !given.token_file.empty();
  for (const auto& [text, member] : kTexts) {
    const bool of_token = member == &Security::token || member == &Security::token_file;
    if (of_token ? !shows_token : (given.*member).empty()) resolved.security.*member = context.security.*member;
  }
  for (const auto& [text, member] : kSwitches) {
    resolved.security.*member = given.*member || context.security.*member;
  }
  return resolved;
}

}  // namespace spanwire::cli::context

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
#include "bridge/model/absl_view.h"
#include "cli/failure.h"
#include "fmt/format.h"

namespace spanwire::cli::context {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

// The texts of a context, by their names in the file.
struct Text {
  const char* name;
  std::string Security::*member;
  std::string SecurityNames::*called;
};
constexpr Text kTexts[] = {
    {"ca", &Security::ca, &SecurityNames::ca},
    {"cert", &Security::cert, &SecurityNames::cert},
    {"key", &Security::key, &SecurityNames::key},
    {"token", &Security::token, &SecurityNames::token},
    {"token_file", &Security::token_file, &SecurityNames::token_file},
};
constexpr std::pair<const char*, bool Security::*> kSwitches[] = {{"tls", &Security::tls},
                                                                  {"insecure", &Security::token_in_plain_text}};

// Together they say who somebody is: where a part is given, the rest is not the context's.
constexpr std::string Security::*kToken[] = {&Security::token, &Security::token_file};
constexpr std::string Security::*kCertificate[] = {&Security::cert, &Security::key};
constexpr std::string Security::*kTrust[] = {&Security::ca};

absl::Status Fault(const std::string& path, std::string_view sentence) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, sentence));
}

std::string TextOf(const json::object& object, const char* name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

Context ReadContext(const json::object& object) {
  Context context{.server = TextOf(object, "server"), .security = {}};
  for (const auto& [name, member, called] : kTexts) context.security.*member = TextOf(object, name);
  for (const auto& [name, member] : kSwitches) {
    const json::value* found = object.if_contains(name);
    context.security.*member = found != nullptr && found->is_bool() && found->get_bool();
  }
  return context;
}

json::object WriteContext(const Context& context) {
  json::object object{{"server", context.server}};
  for (const auto& [name, member, called] : kTexts) {
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

// Takes the texts of a context over, unless one of them is given already.
template <size_t kCount>
void Take(std::string Security::*const (&members)[kCount], const Security& context, const std::string& name,
          Security& given) {
  if (std::any_of(std::begin(members), std::end(members), [&](auto member) { return !(given.*member).empty(); })) {
    return;
  }
  for (const auto member : members) {
    given.*member = context.*member;
    for (const Text& text : kTexts) {
      if (text.member == member) given.names.*text.called = fmt::format("context '{}': {}", name, text.name);
    }
  }
}

// How the bridge is known, which is no secret.
void TakeTrust(const Security& context, const std::string& name, Security& given) {
  Take(kTrust, context, name, given);
  if (context.tls && !given.tls) given.names.tls = fmt::format("context '{}': tls", name);
  given.tls = given.tls || context.tls;
}

bool HoldsToken(const Security& security) {
  return !security.token.empty() || !security.token_file.empty();
}

bool ShowsWho(const Security& security) {
  return HoldsToken(security) || !security.cert.empty();
}

GlobalOptions Completed(const GlobalOptions& options, const std::string& name, const Context& context) {
  GlobalOptions completed = options;
  completed.server = context.server;
  Take(kToken, context.security, name, completed.security);
  Take(kCertificate, context.security, name, completed.security);
  TakeTrust(context.security, name, completed.security);
  completed.security.token_in_plain_text = options.security.token_in_plain_text || context.security.token_in_plain_text;
  return completed;
}

bool AnyHoldsTokenItself(const Contexts& contexts) {
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
  if (contexts.ok() && AnyHoldsTokenItself(*contexts) && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
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
  if (!contexts.ok()) return Misuse(model::ToStd(contexts.status().message()));
  const std::string& name = options.context.empty() ? contexts->current : options.context;
  if (name.empty()) return options;
  const auto found = contexts->by_name.find(name);
  if (found == contexts->by_name.end()) {
    return Misuse(fmt::format("no context '{}': `spanwire context list` shows them", name));
  }
  const Context& context = found->second;
  if (!options.server_given || options.server == context.server) return Completed(options, name, context);

  GlobalOptions elsewhere = options;
  if (!options.context.empty()) TakeTrust(context.security, name, elsewhere.security);
  if (ShowsWho(context.security) && !ShowsWho(options.security)) {
    elsewhere.notice = fmt::format(
        "note: the {} of context '{}' is for {} and does not go to {}: give --token-file for that one, or "
        "`spanwire context add` it under a name of its own",
        HoldsToken(context.security) ? "token" : "certificate", name, context.server, options.server);
  }
  return elsewhere;
}

}  // namespace spanwire::cli::context

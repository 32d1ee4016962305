#include "bridge/transport/router.h"

#include <algorithm>
#include <array>

namespace spanwire::transport {
namespace {

constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
constexpr std::string_view kReadOrPost = "GET, HEAD, POST, OPTIONS";
constexpr std::string_view kGetOrPost = "GET, POST, OPTIONS";
constexpr std::string_view kGetOnly = "GET, OPTIONS";

struct Entry {
  std::string_view path;
  Endpoint endpoint;
  std::string_view allow;
};

constexpr std::array<Entry, 10> kPaths = {{{"/healthz", Endpoint::kHealth, kRead},
                                           {"/readyz", Endpoint::kReadiness, kRead},
                                           {"/metrics", Endpoint::kMetrics, kRead},
                                           {"/api/poll", Endpoint::kPoll, kReadOrPost},
                                           {"/api/sse", Endpoint::kSse, kGetOrPost},
                                           {"/api/ws/realtime", Endpoint::kWebSocket, kGetOnly},
                                           {"/ws", Endpoint::kWebSocket, kGetOnly},
                                           {"/", Endpoint::kFile, kRead},
                                           {"/favicon.svg", Endpoint::kFile, kRead},
                                           {"/favicon.ico", Endpoint::kFile, kRead}}};
// Which files there are below these is the file table's to say.
constexpr std::array<std::string_view, 3> kFolders = {"/console/", "/client/", "/integrations/"};

Entry FindPath(std::string_view path) {
  const auto* found =
      std::find_if(kPaths.begin(), kPaths.end(), [&](const Entry& entry) { return entry.path == path; });
  if (found != kPaths.end()) return *found;
  const bool in_folder =
      std::any_of(kFolders.begin(), kFolders.end(), [&](std::string_view folder) { return path.starts_with(folder); });
  if (in_folder) return {path, Endpoint::kFile, kRead};
  return {path, Endpoint::kNotFound, ""};
}

std::string_view MethodName(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet:
      return "GET";
    case HttpMethod::kHead:
      return "HEAD";
    case HttpMethod::kPost:
      return "POST";
    case HttpMethod::kOptions:
      return "OPTIONS";
    case HttpMethod::kOther:
      return "";
  }
  return "";
}

}  // namespace

bool IsForOperators(std::string_view path) {
  return path == "/metrics" || path == "/" || path.starts_with("/favicon.") || path.starts_with("/console/");
}

Route FindRoute(HttpMethod method, std::string_view path) {
  if (path == "*") return {Endpoint::kOptions, kReadOrPost};
  const Entry entry = FindPath(path);
  if (entry.endpoint == Endpoint::kNotFound) return {Endpoint::kNotFound, ""};
  if (method == HttpMethod::kOptions) return {Endpoint::kOptions, entry.allow};
  if (!ListHas(entry.allow, MethodName(method))) return {Endpoint::kMethodNotAllowed, entry.allow};
  return {entry.endpoint, entry.allow};
}

}  // namespace spanwire::transport

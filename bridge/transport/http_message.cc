#include "bridge/transport/http_message.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "bridge/model/absl_view.h"

namespace spanwire::transport {
namespace {

using model::ToAbsl;
using model::ToStd;

// "http://host/path" from behind the scheme on; empty where there is no such scheme.
std::string_view BehindScheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (absl::StartsWithIgnoreCase(ToAbsl(target), ToAbsl(scheme))) return target.substr(scheme.size());
  }
  return {};
}

}  // namespace

bool SameHeaderName(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b));
}

std::string_view HttpRequest::Header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const HttpHeader& header) { return SameHeaderName(header.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

std::string HttpRequest::HeaderList(std::string_view name) const {
  std::string list;
  for (const HttpHeader& header : headers) {
    if (!SameHeaderName(header.name, name)) continue;
    if (!list.empty()) list.append(", ");
    list.append(header.value);
  }
  return list;
}

bool ParseTarget(std::string_view target, HttpRequest* request) {
  if (target == "*") {
    request->path = target;
    return request->method == HttpMethod::kOptions;
  }
  if (const std::string_view rest = BehindScheme(target); !rest.empty()) {
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (end == 0) return false;
    request->host = rest.substr(0, end);
    target = rest.substr(end);
    if (target.empty() || target.front() == '?') {
      request->path.assign(1, '/');  // GCC 12 warns falsely of an overlap where a literal is assigned
      request->query = target.empty() ? target : target.substr(1);
      return true;
    }
  }
  if (target.empty() || target.front() != '/') return false;
  const size_t question = target.find('?');
  request->path = target.substr(0, question);
  request->query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  return true;
}

bool ListHas(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = ToStd(absl::StripAsciiWhitespace(ToAbsl(list.substr(0, comma))));
    if (absl::EqualsIgnoreCase(ToAbsl(item), ToAbsl(token))) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace spanwire::transport

#include "bridge/transport/http_response_head.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/transport/http_status.h"

namespace spanwire::transport {
namespace {

bool StatusHasBody(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void AppendHeader(std::string_view name, std::string_view value, std::string* head) {
  // Values that come from a client have been through the parser, which lets no line break through.
  assert(value.find_first_of("\r\n") == std::string_view::npos);
  head->append(name).append(": ").append(value).append("\r\n");
}

bool Upgrades(const HttpResponse& response) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const HttpHeader& header) { return SameHeaderName(header.name, "Upgrade"); });
}

// What the Connection header says; empty: nothing.
std::string_view ConnectionOptions(const HttpResponse& response, int minor_version) {
  // Upgrade is a hop's own header, so it is named here (RFC 9110, section 7.8).
  if (Upgrades(response)) return response.close ? "Upgrade, close" : "Upgrade";
  if (response.close) return "close";
  return minor_version == 0 ? "keep-alive" : "";
}

}  // namespace

std::string WriteResponseHead(const HttpResponse& response, int minor_version, absl::Time now) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, ReasonPhrase(response.status));
  head.reserve(512);
  AppendHeader("Server", "spanwire-bridge", &head);
  AppendHeader("Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now, absl::UTCTimeZone()), &head);
  if (const std::string_view options = ConnectionOptions(response, minor_version); !options.empty()) {
    AppendHeader("Connection", options, &head);
  }
  for (const HttpHeader& header : response.headers) AppendHeader(header.name, header.value, &head);
  if (StatusHasBody(response.status)) {
    AppendHeader("X-Content-Type-Options", "nosniff", &head);
    if (!response.streamed) {
      AppendHeader("Content-Length", fmt::format("{}", response.content().size()), &head);
    } else if (minor_version > 0) {
      AppendHeader("Transfer-Encoding", "chunked", &head);
    }
  }
  head.append("\r\n");
  return head;
}

bool HasBody(const HttpResponse& response, HttpMethod method) {
  return method != HttpMethod::kHead && StatusHasBody(response.status) && !response.content().empty();
}

}  // namespace spanwire::transport

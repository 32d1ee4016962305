#include "bridge/transport/static_files.h"

#include <string>

#include <fmt/format.h>

#include "bridge/config/host_port.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/problem.h"

namespace spanwire::transport {
namespace {

// Pages run only what the bridge itself serves, talk only to it and are framed by nobody. The WebSocket sources are
// spelt out because not every browser counts them as 'self'; a Host that is none adds nothing to the policy.
std::string ContentSecurityPolicy(std::string_view host) {
  const std::string sockets = config::ParseHostPort(host) ? fmt::format(" ws://{0} wss://{0}", host) : "";
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
      "connect-src 'self'{}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      sockets);
}

// If-None-Match: a list of tags, compared weakly (RFC 9110, section 13.1.2).
bool ClientHas(const HttpRequest& request, std::string_view etag) {
  const std::string known = request.HeaderList("If-None-Match");
  return known == "*" || ListHas(known, etag) || ListHas(known, fmt::format("W/{}", etag));
}

// As browsers say it. Who says more of it, such as a weight, gets the file as it is.
bool TakesGzip(const HttpRequest& request) {
  return ListHas(request.HeaderList("Accept-Encoding"), "gzip");
}

// Two encodings are two representations, whose strong tags differ (RFC 9110, section 8.8.3.3).
std::string ZippedTag(std::string_view etag) {
  return fmt::format("{}-gzip\"", etag.substr(0, etag.size() - 1));
}

}  // namespace

HttpResponse FileResponse(const HttpRequest& request, const EmbeddedFile* file) {
  if (file == nullptr) {
    return ProblemResponse({.status = 404,
                            .code = session::error_code::kNotFound,
                            .detail = "there is no such file; the console is at /, the client at /client/spanwire.js"});
  }
  const bool zipped = TakesGzip(request);
  const std::string etag = zipped ? ZippedTag(file->etag) : std::string(file->etag);
  HttpResponse response{.headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}}};
  if (ClientHas(request, etag)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(file->content_type)});
  response.headers.push_back({"Content-Security-Policy", ContentSecurityPolicy(request.host)});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  if (zipped) response.headers.push_back({"Content-Encoding", "gzip"});
  response.static_body = zipped ? file->gzip : file->body;
  return response;
}

}  // namespace spanwire::transport

#pragma once

#include <string>

#include "absl/time/time.h"
#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// The interim answer that lets a client send its body (RFC 9110, section 15.2.1).
inline constexpr char kContinueHead[] = "HTTP/1.1 100 Continue\r\n\r\n";

// The answer's head with all that every answer has, up to the empty line. Where the connection stays open after it,
// an HTTP/1.0 client must be told.
std::string WriteResponseHead(const HttpResponse& response, int minor_version, absl::Time now);

// Whether bytes follow the head: not where the request was a HEAD, or the status has none.
bool HasBody(const HttpResponse& response, HttpMethod method);

}  // namespace spanwire::transport

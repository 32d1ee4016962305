#pragma once

#include <string>
#include <string_view>

#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// Why a request is refused (docs/protocol.md, sections 5 and 6).
struct Problem {
  int status = 400;
  std::string_view code;                  // of session::error_code
  std::string detail;                     // UTF-8: what is wrong and what to do
  std::string_view challenge = "Bearer";  // of 401 (RFC 6750, section 3)
};

// The answer: application/problem+json (RFC 9457), never cached. 429 and 503 carry Retry-After, 401 WWW-Authenticate.
HttpResponse ProblemResponse(const Problem& problem);

// The same with the status that the code has for a request that was understood: 401 for `unauthorized`, 403 for
// `forbidden`, else 400.
HttpResponse RefuseRequest(std::string_view code, std::string detail);

}  // namespace spanwire::transport

#pragma once

#include <string>
#include <string_view>

#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// Why a request is refused (docs/protocol.md, sections 5 and 6).
struct Problem {
  int status = 400;
  std::string_view code;  // of session::error_code
  std::string detail;     // UTF-8: what is wrong and what to do
};

// The answer: application/problem+json (RFC 9457), never cached. 429 and 503 carry Retry-After.
HttpResponse ProblemResponse(const Problem& problem);

}  // namespace spanwire::transport

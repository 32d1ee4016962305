#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// The token that a request carries, not yet checked.
struct RequestToken {
  enum class Source : uint8_t { kNone, kHeader, kQuery, kCookie };

  Source source = Source::kNone;
  std::string text;
};

// The token of the header `Authorization: Bearer`, or nothing; INVALID_ARGUMENT where there are two.
absl::StatusOr<std::optional<std::string>> FindHeaderToken(const HttpRequest& request);

// Finds the token of a request: `Authorization: Bearer` (RFC 6750, section 2.1), else `?token=`, else the cookie of
// that name (none where it is empty). Other schemes of Authorization are not the bridge's business. INVALID_ARGUMENT
// with a sentence, which holds nothing of the token, where one place gives two or the query cannot be read.
absl::StatusOr<RequestToken> FindToken(const HttpRequest& request, std::string_view cookie);

// Whether a page that the browser says is the bridge's own, or that names its origin, sent the request. Without either
// a cookie proves nothing: any page of the world makes a browser send it (cross-site request forgery).
bool SaysWhereItIsFrom(const HttpRequest& request);

}  // namespace spanwire::transport

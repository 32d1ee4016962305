#include "bridge/transport/request_token.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "bridge/model/absl_view.h"
#include "bridge/transport/http_query.h"

namespace spanwire::transport {
namespace {

std::string_view Trimmed(std::string_view text) {
  return model::ToStd(absl::StripAsciiWhitespace(model::ToAbsl(text)));
}

// The one that there is; none; or an error where there are two.
absl::StatusOr<std::optional<std::string>> OneOf(std::vector<std::string> tokens, std::string_view sentence) {
  if (tokens.size() > 1) return absl::InvalidArgumentError(model::ToAbsl(sentence));
  if (tokens.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(tokens.front()));
}

absl::StatusOr<std::optional<std::string>> FromQuery(const HttpRequest& request) {
  absl::StatusOr<std::vector<QueryParameter>> parameters = ParseQuery(request.query);
  if (!parameters.ok()) return parameters.status();
  std::vector<std::string> tokens;
  for (QueryParameter& parameter : *parameters) {
    if (parameter.name == "token") tokens.push_back(std::move(parameter.value));
  }
  return OneOf(std::move(tokens), "the URL has more than one token: give one");
}

// RFC 6265, section 4.2.1: `a=1; b=2`.
absl::StatusOr<std::optional<std::string>> FromCookie(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> tokens;
  for (const HttpHeader& header : request.headers) {
    if (name.empty() || !SameHeaderName(header.name, "Cookie")) continue;
    for (std::string_view rest = header.value; !rest.empty();) {
      const size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = Trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
        tokens.emplace_back(pair.substr(name.size() + 1));
      }
    }
  }
  return OneOf(std::move(tokens), "more than one cookie has a token: clear those of the wrong path or domain");
}

}  // namespace

absl::StatusOr<std::optional<std::string>> FindHeaderToken(const HttpRequest& request) {
  constexpr std::string_view kScheme = "bearer ";
  std::vector<std::string> tokens;
  for (const HttpHeader& header : request.headers) {
    if (!SameHeaderName(header.name, "Authorization")) continue;
    const std::string_view value = Trimmed(header.value);
    if (!absl::StartsWithIgnoreCase(model::ToAbsl(value), model::ToAbsl(kScheme))) continue;
    tokens.emplace_back(Trimmed(value.substr(kScheme.size())));
  }
  return OneOf(std::move(tokens), "more than one header Authorization has a token: send one");
}

absl::StatusOr<RequestToken> FindToken(const HttpRequest& request, std::string_view cookie) {
  using Source = RequestToken::Source;
  absl::StatusOr<std::optional<std::string>> found = FindHeaderToken(request);
  if (!found.ok()) return found.status();
  if (*found) return RequestToken{.source = Source::kHeader, .text = **std::move(found)};
  found = FromQuery(request);
  if (!found.ok()) return found.status();
  if (*found) return RequestToken{.source = Source::kQuery, .text = **std::move(found)};
  found = FromCookie(request, cookie);
  if (!found.ok()) return found.status();
  if (*found) return RequestToken{.source = Source::kCookie, .text = **std::move(found)};
  return RequestToken{};
}

bool SaysWhereItIsFrom(const HttpRequest& request) {
  return !request.Header("Origin").empty() || request.Header("Sec-Fetch-Site") == "same-origin";
}

}  // namespace spanwire::transport

#include "bridge/auth/compact_jws.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "bridge/auth/base64url.h"
#include "bridge/auth/refusal.h"
#include "bridge/auth/strict_json.h"
#include "bridge/model/absl_view.h"

namespace spanwire::auth {
namespace {

namespace json = boost::json;

absl::Status Malformed(std::string_view sentence) {
  return Refuse(reason::kMalformed, sentence);
}

absl::Status CheckShape(std::string_view token, size_t max_bytes) {
  if (token.size() > max_bytes) {
    return Refuse(reason::kTooLarge,
                  fmt::format("the token has {} bytes: at most {} are allowed", token.size(), max_bytes));
  }
  if (token.empty()) return Malformed("the token is empty");
  const auto dots = std::count(token.begin(), token.end(), '.');
  if (dots == 4) return Malformed("the token is encrypted (JWE): send a signed one (JWS)");
  if (dots != 2) return Malformed("the token is no JWT: it has three parts with dots between them");
  return absl::OkStatus();
}

absl::StatusOr<Algorithm> ReadAlgorithm(const json::object& header) {
  const json::value* name = header.if_contains("alg");
  if (name == nullptr || !name->is_string()) return Malformed("the token's header has no alg");
  const std::optional<Algorithm> algorithm = FindAlgorithm(TextOf(name->get_string()));
  if (!algorithm) {
    return Refuse(reason::kAlgorithm,
                  fmt::format("the token is not signed with an algorithm that is taken here: {}", AlgorithmNames()));
  }
  return *algorithm;
}

// OK where the header has no such member, or a string.
absl::Status CheckText(const json::object& header, const char* name) {
  const json::value* value = header.if_contains(name);
  if (value == nullptr || value->is_string()) return absl::OkStatus();
  return Malformed(fmt::format("{} in the token's header is no string", name));
}

absl::Status ReadHeader(const json::object& header, CompactJws* jws) {
  absl::StatusOr<Algorithm> algorithm = ReadAlgorithm(header);
  if (!algorithm.ok()) return algorithm.status();
  jws->algorithm = *algorithm;
  if (header.contains("crit")) {
    return Refuse(reason::kCritical, "the token's header demands extensions (crit), and none is supported");
  }
  for (const char* name : {"kid", "typ"}) {
    if (absl::Status status = CheckText(header, name); !status.ok()) return status;
  }
  if (const json::value* kid = header.if_contains("kid")) jws->kid = TextOf(kid->get_string());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CompactJws> ParseCompactJws(std::string_view token, size_t max_bytes) {
  if (absl::Status status = CheckShape(token, max_bytes); !status.ok()) return status;
  const size_t first = token.find('.');
  const size_t second = token.find('.', first + 1);
  std::optional<std::string> header = DecodeBase64Url(token.substr(0, first));
  std::optional<std::string> signature = DecodeBase64Url(token.substr(second + 1));
  if (!header || !signature) return Malformed("the token is not base64url without padding");
  CompactJws jws{.algorithm = HmacAlgorithm::kHs256,
                 .kid = {},
                 .header = *std::move(header),
                 .signing_input = token.substr(0, second),
                 .encoded_payload = token.substr(first + 1, second - first - 1),
                 .signature = *std::move(signature)};
  const absl::StatusOr<json::object> object = ParseStrictObject(jws.header);
  if (!object.ok()) return Malformed(fmt::format("the token's header {}", model::ToStd(object.status().message())));
  if (absl::Status status = ReadHeader(*object, &jws); !status.ok()) return status;
  return jws;
}

absl::StatusOr<std::string> DecodePayload(const CompactJws& jws) {
  std::optional<std::string> payload = DecodeBase64Url(jws.encoded_payload);
  if (!payload) return Malformed("the token's payload is not base64url without padding");
  return *std::move(payload);
}

}  // namespace spanwire::auth

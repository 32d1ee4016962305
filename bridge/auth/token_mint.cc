#include "bridge/auth/token_mint.h"

#include <array>

#include <fmt/format.h>

#include <boost/json.hpp>
#include "bridge/auth/base64url.h"

namespace spanwire::auth {
namespace {

namespace json = boost::json;

json::string_view Json(std::string_view text) {
  return {text.data(), text.size()};
}

void AddText(json::object& object, const char* name, std::string_view value) {
  if (!value.empty()) object[name] = Json(value);
}

void AddTexts(json::object& object, const char* name, const std::vector<std::string>& values) {
  if (!values.empty()) object[name] = json::array(values.begin(), values.end());
}

void AddTime(json::object& object, const char* name, const std::optional<absl::Time>& time) {
  if (time) object[name] = absl::ToUnixSeconds(*time);
}

std::vector<std::string> NamesOf(const RoleSet& roles) {
  std::vector<std::string> names;
  for (const Role role : {Role::kAdminRead, Role::kAdminWrite, Role::kSchemaWrite, Role::kAnyTenant}) {
    if (roles.Has(role)) names.emplace_back(NameOf(role));
  }
  return names;
}

}  // namespace

std::string WriteClaims(const Claims& claims) {
  json::object object;
  AddText(object, "iss", claims.issuer);
  AddText(object, "sub", claims.subject);
  if (claims.audiences.size() == 1) {
    AddText(object, "aud", claims.audiences.front());
  } else {
    AddTexts(object, "aud", claims.audiences);
  }
  AddTime(object, "exp", claims.expires_at);
  AddTime(object, "nbf", claims.not_before);
  AddTime(object, "iat", claims.issued_at);
  AddText(object, "jti", claims.token_id);
  AddText(object, "tenant_id", claims.tenant_id);
  AddTexts(object, "topics", claims.topics);
  AddTexts(object, "publish", claims.publish);
  AddTexts(object, "roles", NamesOf(claims.roles));
  return json::serialize(object);
}

absl::StatusOr<std::string> MintToken(std::string_view payload, std::string_view kid, const SigningKey& key) {
  json::object header;
  AddText(header, "alg", NameOf(key.algorithm()));
  AddText(header, "typ", "JWT");
  AddText(header, "kid", kid);
  return MintWithHeader(json::serialize(header), payload, key);
}

absl::StatusOr<std::string> MintWithHeader(std::string_view header, std::string_view payload, const SigningKey& key) {
  const std::string input = EncodeBase64Url(header) + "." + EncodeBase64Url(payload);
  const absl::StatusOr<std::string> signature = key.Sign(input);
  if (!signature.ok()) return signature.status();
  return input + "." + EncodeBase64Url(*signature);
}

}  // namespace spanwire::auth

#include "bridge/auth/claims.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "absl/strings/ascii.h"
#include "bridge/auth/refusal.h"
#include "bridge/auth/strict_json.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/tenant_id.h"
#include "bridge/model/topic_name.h"

namespace spanwire::auth {
namespace {

namespace json = boost::json;

constexpr double kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z

absl::Status Missing(const char* claim) {
  return Refuse(reason::kMissingClaim, fmt::format("the token has no {}, which is required", claim), claim);
}

absl::Status Bad(const char* claim, std::string_view sentence) {
  return Refuse(reason::kBadClaim, sentence, claim);
}

// The readers leave `*value` as it is where the token has no such claim.

absl::Status ReadText(const json::object& payload, const char* claim, std::string* value) {
  const json::value* found = payload.if_contains(claim);
  if (found == nullptr) return absl::OkStatus();
  if (!found->is_string()) return Bad(claim, fmt::format("{} in the token is no string", claim));
  *value = TextOf(found->get_string());
  return absl::OkStatus();
}

absl::Status ReadTime(const json::object& payload, const char* claim, std::optional<absl::Time>* value) {
  const json::value* found = payload.if_contains(claim);
  if (found == nullptr) return absl::OkStatus();
  json::error_code error;
  const auto seconds = found->is_number() ? found->to_number<double>(error) : std::nan("");
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLastSecond) {
    return Bad(claim, fmt::format("{} in the token is no number of seconds since 1970, up to the year 9999", claim));
  }
  *value = absl::UnixEpoch() + absl::Seconds(seconds);
  return absl::OkStatus();
}

absl::Status ReadTexts(const json::object& payload, const char* claim, std::vector<std::string>* values) {
  const json::value* found = payload.if_contains(claim);
  if (found == nullptr) return absl::OkStatus();
  const std::string sentence = fmt::format("{} in the token is no array of strings", claim);
  if (!found->is_array()) return Bad(claim, sentence);
  for (const json::value& item : found->get_array()) {
    if (!item.is_string()) return Bad(claim, sentence);
    values->emplace_back(TextOf(item.get_string()));
  }
  return absl::OkStatus();
}

absl::Status ReadPatterns(const json::object& payload, const char* claim, std::vector<std::string>* patterns) {
  if (absl::Status status = ReadTexts(payload, claim, patterns); !status.ok()) return status;
  for (const std::string& pattern : *patterns) {
    if (model::ValidateTopicPattern(pattern).ok()) continue;
    return Bad(claim, fmt::format("{} in the token has a bad pattern: each is a topic, or a prefix and a *", claim));
  }
  return absl::OkStatus();
}

// A string or an array of strings.
absl::Status ReadAudiences(const json::object& payload, std::vector<std::string>* audiences) {
  const json::value* found = payload.if_contains("aud");
  if (found == nullptr || !found->is_string()) return ReadTexts(payload, "aud", audiences);
  audiences->emplace_back(TextOf(found->get_string()));
  return absl::OkStatus();
}

absl::Status ReadSubject(const json::object& payload, std::string* subject) {
  if (absl::Status status = ReadText(payload, "sub", subject); !status.ok()) return status;
  if (!payload.contains("sub")) return Missing("sub");
  if (subject->empty()) return Bad("sub", "sub in the token is empty");
  if (std::any_of(subject->begin(), subject->end(), [](unsigned char c) { return absl::ascii_iscntrl(c); })) {
    return Bad("sub", "sub in the token has a control character");
  }
  if (!model::ValidateTopic(UserTopic(*subject)).ok()) {
    return Bad("sub", fmt::format("sub in the token is too long: its topic user:<sub> may have {} bytes",
                                  model::kMaxTopicBytes));
  }
  return absl::OkStatus();
}

absl::Status ReadTenant(const json::object& payload, std::string* tenant_id) {
  if (absl::Status status = ReadText(payload, "tenant_id", tenant_id); !status.ok()) return status;
  const absl::Status valid = model::ValidateTenantId(*tenant_id);
  return valid.ok() ? absl::OkStatus() : Bad("tenant_id", model::ToStd(valid.message()));
}

absl::Status ReadTimes(const json::object& payload, Claims* claims) {
  std::optional<absl::Time> expires_at;
  if (absl::Status status = ReadTime(payload, "exp", &expires_at); !status.ok()) return status;
  if (!expires_at) return Missing("exp");
  claims->expires_at = *expires_at;
  if (absl::Status status = ReadTime(payload, "nbf", &claims->not_before); !status.ok()) return status;
  return ReadTime(payload, "iat", &claims->issued_at);
}

absl::Status ReadRoles(const json::object& payload, RoleSet* roles) {
  std::vector<std::string> names;
  if (absl::Status status = ReadTexts(payload, "roles", &names); !status.ok()) return status;
  for (const std::string& name : names) {
    if (const std::optional<Role> role = FindRole(name)) roles->Add(*role);
  }
  return absl::OkStatus();
}

bool IsForUs(const Claims& claims, const TokenRules& rules) {
  if (rules.audiences.empty()) return claims.audiences.empty();
  return std::find_first_of(claims.audiences.begin(), claims.audiences.end(), rules.audiences.begin(),
                            rules.audiences.end()) != claims.audiences.end();
}

}  // namespace

std::string UserTopic(std::string_view subject) {
  return "user:" + model::EncodeTopicValue(subject);
}

absl::StatusOr<Claims> ReadClaims(std::string_view payload) {
  const absl::StatusOr<json::object> object = ParseStrictObject(payload);
  if (!object.ok()) {
    return Refuse(reason::kMalformed, fmt::format("the token's payload {}", model::ToStd(object.status().message())));
  }
  Claims claims;
  absl::Status status = ReadSubject(*object, &claims.subject);
  if (status.ok()) status = ReadTimes(*object, &claims);
  if (status.ok()) status = ReadText(*object, "iss", &claims.issuer);
  if (status.ok()) status = ReadAudiences(*object, &claims.audiences);
  if (status.ok()) status = ReadTenant(*object, &claims.tenant_id);
  if (status.ok()) status = ReadText(*object, "jti", &claims.token_id);
  if (status.ok()) status = ReadPatterns(*object, "topics", &claims.topics);
  if (status.ok()) status = ReadPatterns(*object, "publish", &claims.publish);
  if (status.ok()) status = ReadRoles(*object, &claims.roles);
  if (!status.ok()) return status;
  return claims;
}

std::vector<absl::Status> FindFaults(const Claims& claims, const TokenRules& rules, absl::Time now) {
  std::vector<absl::Status> faults;
  if (!rules.issuer.empty() && claims.issuer != rules.issuer) {
    faults.push_back(Refuse(reason::kIssuer, "iss in the token is not the issuer that is trusted here", "iss"));
  }
  if (!IsForUs(claims, rules)) {
    faults.push_back(Refuse(reason::kAudience,
                            rules.audiences.empty() ? "the token is for an audience (aud), and none is set here"
                                                    : "aud in the token does not name this audience",
                            "aud"));
  }
  if (now >= claims.expires_at + rules.leeway) {
    faults.push_back(Refuse(reason::kExpired, "the token has expired: get a new one", "exp"));
  }
  if (claims.not_before && now < *claims.not_before - rules.leeway) {
    faults.push_back(Refuse(reason::kNotYetValid, "the token is not valid yet (nbf): compare the clocks", "nbf"));
  }
  // Who could issue ahead of time could issue past a revocation by time.
  if (claims.issued_at && now < *claims.issued_at - rules.leeway) {
    faults.push_back(
        Refuse(reason::kNotYetValid, "the token was issued in the future (iat): compare the clocks", "iat"));
  }
  return faults;
}

}  // namespace spanwire::auth

#include "cli/token/explanation.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "bridge/auth/compact_jws.h"
#include "bridge/auth/strict_json.h"
#include "bridge/auth/token_verifier.h"
#include "bridge/model/error.h"

namespace spanwire::cli::token {
namespace {

Check Judge(std::string name, const absl::Status& status) {
  if (status.ok()) return {.name = std::move(name), .result = Check::Result::kPassed};
  return {.name = std::move(name),
          .result = Check::Result::kFailed,
          .reason = model::DetailOf(status).reason,
          .sentence = std::string(status.message())};
}

Check JudgeSignature(const auth::CompactJws& jws, const auth::KeySet* keys) {
  if (keys != nullptr) return Judge("signature", auth::CheckSignature(jws, *keys));
  return {.name = "signature",
          .result = Check::Result::kSkipped,
          .sentence = "give --secret-file, --public-key or --jwks to check it"};
}

std::string ClaimOf(const absl::Status& fault) {
  const model::ErrorDetail detail = model::DetailOf(fault);
  return detail.metadata.empty() ? "" : detail.metadata.front().second;
}

// One check for each claim that there is a rule about.
void JudgeClaims(const auth::Claims& claims, const auth::TokenRules& rules, absl::Time now,
                 std::vector<Check>& checks) {
  const std::vector<absl::Status> faults = auth::FindFaults(claims, rules, now);
  const auto judge = [&](const char* claim, bool has_rule) {
    const auto fault = std::find_if(faults.begin(), faults.end(),
                                    [claim](const absl::Status& each) { return ClaimOf(each) == claim; });
    if (has_rule || fault != faults.end()) {
      checks.push_back(Judge(claim, fault == faults.end() ? absl::OkStatus() : *fault));
    }
  };
  judge("exp", true);
  judge("nbf", claims.not_before.has_value());
  judge("iat", claims.issued_at.has_value());
  judge("iss", !rules.issuer.empty());
  judge("aud", !rules.audiences.empty());
}

}  // namespace

bool Explanation::failed() const {
  return std::any_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.result == Check::Result::kFailed; });
}

bool Explanation::valid() const {
  return std::all_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.result == Check::Result::kPassed; });
}

Explanation Explain(std::string_view token, const auth::KeySet* keys, const auth::TokenRules& rules, absl::Time now) {
  Explanation explanation;
  std::vector<Check>& checks = explanation.checks;
  const absl::StatusOr<auth::CompactJws> jws = auth::ParseCompactJws(token, rules.max_bytes);
  checks.push_back(Judge("form", jws.status()));
  if (!jws.ok()) return explanation;
  explanation.header = jws->header;
  checks.push_back(JudgeSignature(*jws, keys));

  const absl::StatusOr<std::string> payload = auth::DecodePayload(*jws);
  const absl::StatusOr<auth::Claims> claims =
      payload.ok() ? auth::ReadClaims(*payload) : absl::StatusOr<auth::Claims>(payload.status());
  checks.push_back(Judge("claims", claims.status()));
  if (payload.ok() && auth::ParseStrictObject(*payload).ok()) explanation.payload = *payload;
  if (claims.ok()) JudgeClaims(*claims, rules, now, checks);
  return explanation;
}

}  // namespace spanwire::cli::token

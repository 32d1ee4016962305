// Tokens as strangers send them, and what is within those that a trusted key signed: taken only with a good signature
// and with claims within their bounds, else refused with a reason of the list and a sentence that repeats nothing.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/err.h>

#include "bridge/auth/base64url.h"
#include "bridge/auth/refusal.h"
#include "bridge/auth/token_mint.h"
#include "bridge/auth/token_verifier.h"
#include "bridge/model/clock.h"
#include "bridge/model/error.h"
#include "bridge/model/tenant_id.h"
#include "bridge/model/topic_name.h"

namespace spanwire::auth {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::array<std::string_view, 12> kReasons = {reason::kTooLarge,     reason::kMalformed,  reason::kAlgorithm,
                                                       reason::kCritical,     reason::kUnknownKey, reason::kSignature,
                                                       reason::kMissingClaim, reason::kBadClaim,   reason::kExpired,
                                                       reason::kNotYetValid,  reason::kIssuer,     reason::kAudience};

void Check(bool holds) {
  if (!holds) std::abort();
}

struct World {
  World() {
    std::vector<VerificationKey> keys;
    keys.push_back({.kid = {}, .material = HmacSecret::Create(kSecret, HmacAlgorithm::kHs256).value()});
    keys.push_back({.kid = "ed", .material = PublicKey::FromEd25519(std::string(32, '\x01')).value()});
    ring.Replace(std::make_shared<const KeySet>(KeySet::Create(std::move(keys)).value()));
  }

  model::FakeClock clock;
  KeyRing ring{std::make_shared<const KeySet>(KeySet::Create({}).value())};
  RevocationList revocations{clock};
  TokenVerifier verifier{{.issuer = "i"}, ring, revocations, clock};
  SigningKey key = SigningKey::FromSecret(kSecret, HmacAlgorithm::kHs256).value();
};

World& TheWorld() {
  static World world;
  return world;
}

void CheckTaken(const Claims& claims) {
  Check(!claims.subject.empty() && model::ValidateTopic(UserTopic(claims.subject)).ok());
  Check(model::ValidateTenantId(claims.tenant_id).ok());
  Check(claims.issuer == "i" && claims.audiences.empty());
  Check(claims.expires_at + absl::Seconds(5) > TheWorld().clock.Now());
  for (const auto* patterns : {&claims.topics, &claims.publish}) {
    for (const std::string& pattern : *patterns) Check(model::ValidateTopicPattern(pattern).ok());
  }
  Check(ReadClaims(WriteClaims(claims)).ok());
}

void CheckRefused(const absl::Status& status) {
  Check(status.code() == absl::StatusCode::kUnauthenticated && !status.message().empty());
  Check(std::find(kReasons.begin(), kReasons.end(), model::DetailOf(status).reason) != kReasons.end());
}

void CheckVerify(std::string_view token) {
  const absl::StatusOr<Claims> claims = TheWorld().verifier.Verify(token);
  if (claims.ok()) {
    CheckTaken(*claims);
  } else {
    CheckRefused(claims.status());
  }
  Check(ERR_peek_error() == 0);
}

// What decodes is what would be encoded.
void CheckBase64(std::string_view text) {
  const std::optional<std::string> bytes = DecodeBase64Url(text);
  if (bytes) Check(EncodeBase64Url(*bytes) == text);
  Check(DecodeBase64Url(EncodeBase64Url(text)) == text);
}

}  // namespace
}  // namespace spanwire::auth

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckBase64(text);
  CheckVerify(text);
  // As the payload of a token that is signed, and with what stands before its first newline as the header.
  const SigningKey& key = TheWorld().key;
  CheckVerify(MintToken(text, "", key).value());
  if (const size_t newline = text.find('\n'); newline != std::string_view::npos) {
    CheckVerify(MintWithHeader(text.substr(0, newline), text.substr(newline + 1), key).value());
  }
  return 0;
}

#include "bridge/auth/key_set.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "absl/container/flat_hash_set.h"

namespace spanwire::auth {
namespace {

// The two places where an algorithm meets a key. A pair that does not belong together serves nothing.
struct Serves {
  bool operator()(HmacAlgorithm algorithm, const HmacSecret& secret) const { return secret.Serves(algorithm); }
  bool operator()(PublicKeyAlgorithm algorithm, const PublicKey& key) const { return key.Serves(algorithm); }
  bool operator()(HmacAlgorithm /*algorithm*/, const PublicKey& /*key*/) const { return false; }
  bool operator()(PublicKeyAlgorithm /*algorithm*/, const HmacSecret& /*secret*/) const { return false; }
};

struct Signed {
  const CompactJws& jws;

  bool operator()(HmacAlgorithm algorithm, const HmacSecret& secret) const {
    return secret.Verify(algorithm, jws.signing_input, jws.signature);
  }
  bool operator()(PublicKeyAlgorithm algorithm, const PublicKey& key) const {
    return key.Verify(algorithm, jws.signing_input, jws.signature);
  }
  bool operator()(HmacAlgorithm /*algorithm*/, const PublicKey& /*key*/) const { return false; }
  bool operator()(PublicKeyAlgorithm /*algorithm*/, const HmacSecret& /*secret*/) const { return false; }
};

}  // namespace

absl::StatusOr<KeySet> KeySet::Create(std::vector<VerificationKey> keys) {
  if (keys.size() > kMaxKeys) {
    return absl::InvalidArgumentError(fmt::format("there are {} keys: at most {} are allowed", keys.size(), kMaxKeys));
  }
  absl::flat_hash_set<std::string> kids;
  for (const VerificationKey& key : keys) {
    if (key.kid.empty() || kids.insert(key.kid).second) continue;
    return absl::InvalidArgumentError(fmt::format("two keys have the kid \"{}\": give each its own", key.kid));
  }
  const auto unnamed = std::count_if(keys.begin(), keys.end(), [](const auto& key) { return key.kid.empty(); });
  if (unnamed > static_cast<ptrdiff_t>(kMaxTried)) {
    return absl::InvalidArgumentError(fmt::format(
        "there are {} keys without a kid, of which at most {} are allowed: give them as a JWK Set, each with "
        "a kid",
        unnamed, kMaxTried));
  }
  return KeySet(std::move(keys));
}

KeySet::Verdict KeySet::Verify(const CompactJws& jws) const {
  const bool named = std::any_of(keys_.begin(), keys_.end(),
                                 [&](const VerificationKey& key) { return !jws.kid.empty() && key.kid == jws.kid; });
  const auto may_have_signed = [&](const VerificationKey& key) {
    const bool chosen = jws.kid.empty() || (named ? key.kid == jws.kid : key.kid.empty());
    return chosen && std::visit(Serves{}, jws.algorithm, key.material);
  };
  if (std::count_if(keys_.begin(), keys_.end(), may_have_signed) > static_cast<ptrdiff_t>(kMaxTried)) {
    return Verdict::kUnknownKey;
  }
  Verdict verdict = Verdict::kUnknownKey;
  for (const VerificationKey& key : keys_) {
    if (!may_have_signed(key)) continue;
    if (std::visit(Signed{jws}, jws.algorithm, key.material)) return Verdict::kGood;
    verdict = Verdict::kBadSignature;
  }
  return verdict;
}

}  // namespace spanwire::auth

#include "bridge/auth/jwks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "absl/strings/escaping.h"
#include "bridge/auth/base64url.h"
#include "bridge/auth/secret_text.h"
#include "bridge/auth/strict_json.h"
#include "bridge/model/absl_view.h"

namespace spanwire::auth {
namespace {

namespace json = boost::json;

constexpr size_t kMaxJwks = 1000;
constexpr size_t kMaxKidBytes = 255;

// Why one key cannot be taken: left out, or an error of the set.
struct Fault {
  bool ignorable;
  std::string sentence;
};

template <typename T>
using OrFault = std::variant<T, Fault>;

using Material = std::variant<HmacSecret, PublicKey>;

Fault Wrong(std::string sentence) {
  return {.ignorable = false, .sentence = std::move(sentence)};
}
Fault OfNoUse(std::string sentence) {
  return {.ignorable = true, .sentence = std::move(sentence)};
}

// Empty where the key has no such member or it is no string.
std::string_view Member(const json::object& jwk, const char* name) {
  const json::value* value = jwk.if_contains(name);
  return value != nullptr && value->is_string() ? TextOf(value->get_string()) : std::string_view();
}

std::optional<std::string> Number(const json::object& jwk, const char* name) {
  const std::string_view text = Member(jwk, name);
  return text.empty() ? std::nullopt : DecodeBase64Url(text);
}

bool IsForVerifying(const json::object& jwk) {
  if (const json::value* use = jwk.if_contains("use"); use != nullptr && Member(jwk, "use") != "sig") return false;
  const json::value* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  if (!operations->is_array()) return false;
  const json::array& list = operations->get_array();
  return std::any_of(list.begin(), list.end(),
                     [](const json::value& item) { return item.is_string() && TextOf(item.get_string()) == "verify"; });
}

absl::StatusOr<HmacSecret> ReadSecret(const json::object& jwk, std::optional<HmacAlgorithm> only) {
  const std::optional<std::string> secret = Number(jwk, "k");
  if (!secret) return absl::InvalidArgumentError("k is missing or no base64url");
  if (absl::Status status = CheckIsNoKey(*secret); !status.ok()) return status;
  return HmacSecret::Create(*secret, only);
}

absl::StatusOr<PublicKey> ReadPublicKey(const json::object& jwk, PublicKeyFamily family) {
  const bool rsa = family == PublicKeyFamily::kRsa;
  const std::optional<std::string> first = Number(jwk, rsa ? "n" : "x");
  if (!first) return absl::InvalidArgumentError(rsa ? "n is missing or no base64url" : "x is missing or no base64url");
  if (family == PublicKeyFamily::kEd25519) return PublicKey::FromEd25519(*first);
  const std::optional<std::string> second = Number(jwk, rsa ? "e" : "y");
  if (!second) return absl::InvalidArgumentError(rsa ? "e is missing or no base64url" : "y is missing or no base64url");
  return rsa ? PublicKey::FromRsa(*first, *second) : PublicKey::FromEcPoint(family, *first, *second);
}

// None for `oct`.
OrFault<std::optional<PublicKeyFamily>> ReadFamily(const json::object& jwk) {
  const std::string_view kty = Member(jwk, "kty");
  const std::string_view crv = Member(jwk, "crv");
  if (kty == "oct") return std::optional<PublicKeyFamily>();
  if (kty == "RSA") return std::optional(PublicKeyFamily::kRsa);
  if (kty == "EC" && crv == "P-256") return std::optional(PublicKeyFamily::kP256);
  if (kty == "EC" && crv == "P-384") return std::optional(PublicKeyFamily::kP384);
  if (kty == "OKP" && crv == "Ed25519") return std::optional(PublicKeyFamily::kEd25519);
  if (kty == "EC" || kty == "OKP") return OfNoUse("its curve signs no tokens here: P-256, P-384 and Ed25519 do");
  if (kty.empty()) return Wrong("kty is missing");
  return OfNoUse("its kty is not known: RSA, EC, OKP and oct are");
}

OrFault<Material> ReadMaterial(const json::object& jwk) {
  if (!IsForVerifying(jwk)) return OfNoUse("it is not for verifying signatures");
  const OrFault<std::optional<PublicKeyFamily>> family = ReadFamily(jwk);
  if (const auto* fault = std::get_if<Fault>(&family)) return *fault;
  const std::optional<PublicKeyFamily> public_family = *std::get_if<std::optional<PublicKeyFamily>>(&family);

  std::optional<Algorithm> algorithm;
  if (jwk.contains("alg")) {
    algorithm = FindAlgorithm(Member(jwk, "alg"));
    if (!algorithm) return OfNoUse("its alg is not one of " + AlgorithmNames());
  }
  const auto* hmac = algorithm ? std::get_if<HmacAlgorithm>(&*algorithm) : nullptr;
  const auto* pair = algorithm ? std::get_if<PublicKeyAlgorithm>(&*algorithm) : nullptr;

  if (!public_family) {
    if (pair != nullptr) return Wrong("alg and kty do not belong together");
    absl::StatusOr<HmacSecret> secret = ReadSecret(jwk, hmac ? std::optional(*hmac) : std::nullopt);
    if (!secret.ok()) return Wrong(std::string(secret.status().message()));
    return Material(*std::move(secret));
  }
  if (hmac != nullptr) return Wrong("alg and kty do not belong together");
  absl::StatusOr<PublicKey> key = ReadPublicKey(jwk, *public_family);
  if (key.ok() && pair != nullptr) key = (*std::move(key)).BoundTo(*pair);
  if (!key.ok()) return Wrong(std::string(key.status().message()));
  return Material(*std::move(key));
}

// A private key of any kind, of use here or not: whoever reads this file could sign tokens. Of RSA all but `d` are the
// same number in other words (RFC 7518, section 6.3.2); `priv` is that of newer kinds.
bool HasPrivateNumbers(const json::object& jwk) {
  if (Member(jwk, "kty") == "oct") return false;
  constexpr std::array<const char*, 8> kPrivate = {"d", "p", "q", "dp", "dq", "qi", "oth", "priv"};
  return std::any_of(kPrivate.begin(), kPrivate.end(), [&](const char* name) { return jwk.contains(name); });
}

OrFault<VerificationKey> ReadJwk(const json::value& value) {
  if (!value.is_object()) return Wrong("it is no JSON object");
  const json::object& jwk = value.get_object();
  const std::string_view kid = Member(jwk, "kid");
  if (jwk.contains("kid") && (kid.empty() || kid.size() > kMaxKidBytes)) {
    return Wrong(fmt::format("kid is no string of 1 to {} bytes", kMaxKidBytes));
  }
  if (HasPrivateNumbers(jwk)) {
    return Wrong(
        "it holds a private key, which only the issuer should have: give its public half, without d, p, q, dp, dq and "
        "qi");
  }
  OrFault<Material> material = ReadMaterial(jwk);
  if (auto* fault = std::get_if<Fault>(&material)) return std::move(*fault);
  return VerificationKey{.kid = std::string(kid), .material = std::move(*std::get_if<Material>(&material))};
}

// How people find the key again: its place, and its name where it has one.
std::string PlaceOf(size_t index, const json::value& value) {
  const std::string_view kid = value.is_object() ? Member(value.get_object(), "kid") : std::string_view();
  if (kid.empty()) return fmt::format("keys[{}]", index);
  return fmt::format("keys[{}] (kid \"{}\")", index, absl::CHexEscape(model::ToAbsl(kid.substr(0, 64))));
}

}  // namespace

absl::StatusOr<Jwks> ParseJwks(std::string_view text) {
  const absl::StatusOr<json::object> set = ParseStrictObject(text);
  if (!set.ok()) return absl::InvalidArgumentError(fmt::format("it {}", model::ToStd(set.status().message())));
  const json::value* list = set->if_contains("keys");
  if (list == nullptr || !list->is_array()) {
    return absl::InvalidArgumentError("it is no JWK Set: that is an object with an array `keys`");
  }
  const json::array& values = list->get_array();
  if (values.size() > kMaxJwks) return absl::InvalidArgumentError(fmt::format("it holds over {} keys", kMaxJwks));
  Jwks jwks;
  for (size_t i = 0; i < values.size(); ++i) {
    OrFault<VerificationKey> key = ReadJwk(values[i]);
    if (auto* good = std::get_if<VerificationKey>(&key)) {
      jwks.keys.push_back(std::move(*good));
      continue;
    }
    const Fault& fault = *std::get_if<Fault>(&key);
    std::string sentence = fmt::format("{}: {}", PlaceOf(i, values[i]), fault.sentence);
    if (!fault.ignorable) return absl::InvalidArgumentError(sentence);
    jwks.ignored.push_back(std::move(sentence));
  }
  return jwks;
}

}  // namespace spanwire::auth

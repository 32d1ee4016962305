#include "bridge/auth/algorithm.h"

#include <algorithm>
#include <array>

namespace spanwire::auth {
namespace {

struct Named {
  std::string_view name;
  Algorithm algorithm;
};

constexpr std::array<Named, 9> kAlgorithms = {{{"HS256", HmacAlgorithm::kHs256},
                                               {"HS384", HmacAlgorithm::kHs384},
                                               {"HS512", HmacAlgorithm::kHs512},
                                               {"RS256", PublicKeyAlgorithm::kRs256},
                                               {"RS384", PublicKeyAlgorithm::kRs384},
                                               {"RS512", PublicKeyAlgorithm::kRs512},
                                               {"ES256", PublicKeyAlgorithm::kEs256},
                                               {"ES384", PublicKeyAlgorithm::kEs384},
                                               {"EdDSA", PublicKeyAlgorithm::kEdDsa}}};

}  // namespace

std::optional<Algorithm> FindAlgorithm(std::string_view name) {
  const auto* found =
      std::find_if(kAlgorithms.begin(), kAlgorithms.end(), [name](const Named& known) { return known.name == name; });
  if (found == kAlgorithms.end()) return std::nullopt;
  return found->algorithm;
}

std::string_view NameOf(Algorithm algorithm) {
  const auto* found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                   [algorithm](const Named& known) { return known.algorithm == algorithm; });
  return found->name;
}

std::string AlgorithmNames() {
  std::string names;
  for (const Named& known : kAlgorithms) names.append(names.empty() ? "" : ", ").append(known.name);
  return names;
}

PublicKeyFamily FamilyOf(PublicKeyAlgorithm algorithm) {
  switch (algorithm) {
    case PublicKeyAlgorithm::kRs256:
    case PublicKeyAlgorithm::kRs384:
    case PublicKeyAlgorithm::kRs512:
      return PublicKeyFamily::kRsa;
    case PublicKeyAlgorithm::kEs256:
      return PublicKeyFamily::kP256;
    case PublicKeyAlgorithm::kEs384:
      return PublicKeyFamily::kP384;
    case PublicKeyAlgorithm::kEdDsa:
      break;
  }
  return PublicKeyFamily::kEd25519;
}

std::string_view NameOf(PublicKeyFamily family) {
  switch (family) {
    case PublicKeyFamily::kRsa:
      return "RSA";
    case PublicKeyFamily::kP256:
      return "P-256";
    case PublicKeyFamily::kP384:
      return "P-384";
    case PublicKeyFamily::kEd25519:
      break;
  }
  return "Ed25519";
}

size_t MinSecretBytes(HmacAlgorithm algorithm) {
  switch (algorithm) {
    case HmacAlgorithm::kHs256:
      return 32;
    case HmacAlgorithm::kHs384:
      return 48;
    case HmacAlgorithm::kHs512:
      break;
  }
  return 64;
}

}  // namespace spanwire::auth

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bridge/auth/jwks.h"
#include "bridge/auth/token_mint.h"
#include "bridge/auth/token_verifier.h"
#include "bridge/model/clock.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth::testing {

// A verifier that trusts kSecret for HS256 (without a kid) and one key of each kind by the kids rsa, p256, p384 and ed,
// for the issuer https://id.example and the audience spanwire.
struct VerifierFixture {
  static constexpr int64_t kNow = 1'760'000'000;

  static KeySetPtr Keys() {
    static const KeySetPtr keys = [] {
      Jwks jwks =
          ParseJwks("{\"keys\":[" + JwkOf(RsaPem(), R"("kid":"rsa",)") + "," + JwkOf(P256Pem(), R"("kid":"p256",)") +
                    "," + JwkOf(P384Pem(), R"("kid":"p384",)") + "," + JwkOf(Ed25519Pem(), R"("kid":"ed",)") + "]}")
              .value();
      jwks.keys.push_back({.kid = {}, .material = HmacSecret::Create(kSecret, HmacAlgorithm::kHs256).value()});
      return std::make_shared<const KeySet>(KeySet::Create(std::move(jwks.keys)).value());
    }();
    return keys;
  }

  // A payload that is taken, with the members `more` beside.
  static std::string Payload(std::string_view more = {}) {
    return fmt::format(R"({{"sub":"u-17","iss":"https://id.example","aud":"spanwire","exp":{}{}{}}})", kNow + 600,
                       more.empty() ? "" : ",", more);
  }

  model::FakeClock clock{absl::FromUnixSeconds(kNow)};
  KeyRing ring{Keys()};
  RevocationList revocations{clock};
  TokenVerifier verifier{{.issuer = "https://id.example", .audiences = {"spanwire"}}, ring, revocations, clock};
};

}  // namespace spanwire::auth::testing

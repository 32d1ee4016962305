#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bridge/auth/algorithm.h"

namespace spanwire::auth {

// A secret that issuer and bridge share. Immutable; any thread.
class HmacSecret {
 public:
  // For the algorithm `only`, else for each that `bytes` are long enough for (RFC 7518, section 3.2). INVALID_ARGUMENT
  // with a sentence, which does not hold the secret, where they are too few.
  static absl::StatusOr<HmacSecret> Create(std::string_view bytes, std::optional<HmacAlgorithm> only);

  bool Serves(HmacAlgorithm algorithm) const;
  // The MAC of `input`; `algorithm` must be served.
  std::string Mac(HmacAlgorithm algorithm, std::string_view input) const;
  // False where the algorithm is not served or the MAC is another. Takes the same time wherever they differ.
  bool Verify(HmacAlgorithm algorithm, std::string_view input, std::string_view mac) const;

 private:
  HmacSecret(std::string_view bytes, std::optional<HmacAlgorithm> only) : bytes_(bytes), only_(only) {}

  std::string bytes_;
  std::optional<HmacAlgorithm> only_;
};

}  // namespace spanwire::auth

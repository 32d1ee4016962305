#include "bridge/auth/hmac_secret.h"

#include <array>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "bridge/auth/openssl.h"

namespace spanwire::auth {
namespace {

const EVP_MD* DigestOf(HmacAlgorithm algorithm) {
  switch (algorithm) {
    case HmacAlgorithm::kHs256:
      return EVP_sha256();
    case HmacAlgorithm::kHs384:
      return EVP_sha384();
    case HmacAlgorithm::kHs512:
      break;
  }
  return EVP_sha512();
}

// More is no stronger, and OpenSSL counts in int.
constexpr size_t kMaxSecretBytes = 64 * 1024;

}  // namespace

absl::StatusOr<HmacSecret> HmacSecret::Create(std::string_view bytes, std::optional<HmacAlgorithm> only) {
  const HmacAlgorithm least = only.value_or(HmacAlgorithm::kHs256);
  if (bytes.size() < MinSecretBytes(least)) {
    return absl::InvalidArgumentError(
        fmt::format("the secret has {} bytes, and {} needs at least {}: make one with `openssl rand -base64 {}`",
                    bytes.size(), NameOf(least), MinSecretBytes(least), MinSecretBytes(least)));
  }
  if (bytes.size() > kMaxSecretBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the secret has {} bytes: at most {} are allowed", bytes.size(), kMaxSecretBytes));
  }
  return HmacSecret(bytes, only);
}

bool HmacSecret::Serves(HmacAlgorithm algorithm) const {
  return only_ ? *only_ == algorithm : bytes_.size() >= MinSecretBytes(algorithm);
}

std::string HmacSecret::Mac(HmacAlgorithm algorithm, std::string_view input) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  const ErrorQueueScope errors;
  if (HMAC(DigestOf(algorithm), bytes_.data(), static_cast<int>(bytes_.size()), BytesOf(input), input.size(),
           mac.data(), &size) == nullptr) {
    return {};
  }
  return {reinterpret_cast<const char*>(mac.data()), size};
}

bool HmacSecret::Verify(HmacAlgorithm algorithm, std::string_view input, std::string_view mac) const {
  if (!Serves(algorithm)) return false;
  const std::string expected = Mac(algorithm, input);
  // The length is the algorithm's and no secret.
  return !expected.empty() && mac.size() == expected.size() &&
         CRYPTO_memcmp(mac.data(), expected.data(), expected.size()) == 0;
}

}  // namespace spanwire::auth

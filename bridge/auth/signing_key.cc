#include "bridge/auth/signing_key.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/pem.h>

#include "bridge/auth/public_key.h"

namespace spanwire::auth {
namespace {

// Answers that there is no pass phrase: without it OpenSSL would ask on the terminal.
int NoPassPhrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

absl::StatusOr<PkeyPtr> ReadPrivateKey(std::string_view pem) {
  const BioPtr bio = ReadFrom(pem);
  PkeyPtr pkey(bio == nullptr ? nullptr : PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassPhrase, nullptr));
  if (pkey != nullptr) return pkey;
  if (pem.find("ENCRYPTED") != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "it is encrypted: write it without a pass phrase with `openssl pkey -in KEY -out PLAIN`");
  }
  if (pem.find("PUBLIC KEY") != std::string_view::npos) {
    return absl::InvalidArgumentError("it holds a public key: tokens are signed with the private one");
  }
  return absl::InvalidArgumentError(
      fmt::format("it holds no private key in PEM, -----BEGIN PRIVATE KEY-----: {}", LastOpenSslError()));
}

PublicKeyAlgorithm UsualAlgorithm(PublicKeyFamily family) {
  switch (family) {
    case PublicKeyFamily::kRsa:
      return PublicKeyAlgorithm::kRs256;
    case PublicKeyFamily::kP256:
      return PublicKeyAlgorithm::kEs256;
    case PublicKeyFamily::kP384:
      return PublicKeyAlgorithm::kEs384;
    case PublicKeyFamily::kEd25519:
      break;
  }
  return PublicKeyAlgorithm::kEdDsa;
}

// What tokens signed with the key would be verified with: fails where no bridge would take it.
absl::Status CheckPublicHalf(EVP_PKEY& pkey, PublicKeyAlgorithm algorithm) {
  EVP_PKEY_up_ref(&pkey);
  absl::StatusOr<PublicKey> half = PublicKey::FromPkey(PkeyPtr(&pkey));
  return half.ok() ? (*std::move(half)).BoundTo(algorithm).status() : half.status();
}

// The two numbers of a DER signature side by side, each of `number_bytes`.
std::string EcdsaNumbers(const std::string& der, size_t number_bytes) {
  const unsigned char* next = BytesOf(der);
  const EcdsaSignaturePtr both(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
  if (both == nullptr) return {};
  std::string numbers(2 * number_bytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(numbers.data());
  const int size = static_cast<int>(number_bytes);
  const bool written = BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), out, size) == size &&
                       BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), out + number_bytes, size) == size;
  return written ? numbers : std::string();
}

absl::StatusOr<std::string> SignWith(EVP_PKEY& pkey, PublicKeyAlgorithm algorithm, std::string_view input) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  size_t size = 0;
  std::string signature;
  bool made = context != nullptr &&
              EVP_DigestSignInit(context.get(), nullptr, DigestOf(algorithm), nullptr, &pkey) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, BytesOf(input), input.size()) == 1;
  if (made) {
    signature.resize(size);
    made = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, BytesOf(input),
                          input.size()) == 1;
    signature.resize(made ? size : 0);
  }
  if (const size_t number_bytes = EcdsaNumberBytes(algorithm); made && number_bytes > 0) {
    signature = EcdsaNumbers(signature, number_bytes);
  }
  if (signature.empty()) return absl::InternalError(fmt::format("OpenSSL did not sign: {}", LastOpenSslError()));
  return signature;
}

}  // namespace

absl::StatusOr<SigningKey> SigningKey::FromSecret(std::string_view secret, HmacAlgorithm algorithm) {
  absl::StatusOr<HmacSecret> checked = HmacSecret::Create(secret, algorithm);
  if (!checked.ok()) return checked.status();
  return SigningKey(Material(*std::move(checked)), algorithm);
}

absl::StatusOr<SigningKey> SigningKey::FromSecret(HmacSecret secret, HmacAlgorithm algorithm) {
  if (!secret.Serves(algorithm)) {
    return absl::InvalidArgumentError(fmt::format("the secret does not serve {}", NameOf(algorithm)));
  }
  return SigningKey(Material(std::move(secret)), algorithm);
}

absl::StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem, PublicKeyAlgorithm algorithm) {
  const ErrorQueueScope errors;
  absl::StatusOr<PkeyPtr> pkey = ReadPrivateKey(pem);
  if (!pkey.ok()) return pkey.status();
  if (absl::Status status = CheckPublicHalf(**pkey, algorithm); !status.ok()) return status;
  return SigningKey(Material(*std::move(pkey)), algorithm);
}

absl::StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const ErrorQueueScope errors;
  const absl::StatusOr<PkeyPtr> pkey = ReadPrivateKey(pem);
  if (!pkey.ok()) return pkey.status();
  const absl::StatusOr<PublicKeyFamily> family = auth::FamilyOf(**pkey);
  if (!family.ok()) return family.status();
  return FromPem(pem, UsualAlgorithm(*family));
}

absl::StatusOr<std::string> SigningKey::Sign(std::string_view input) const {
  const ErrorQueueScope errors;
  if (const auto* secret = std::get_if<HmacSecret>(&material_)) {
    return secret->Mac(*std::get_if<HmacAlgorithm>(&algorithm_), input);
  }
  return SignWith(**std::get_if<PkeyPtr>(&material_), *std::get_if<PublicKeyAlgorithm>(&algorithm_), input);
}

std::string SigningKey::PublicPem() const {
  const ErrorQueueScope errors;
  const auto* pkey = std::get_if<PkeyPtr>(&material_);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (pkey == nullptr || bio == nullptr || PEM_write_bio_PUBKEY(bio.get(), pkey->get()) != 1) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<size_t>(size)};
}

}  // namespace spanwire::auth

#include "tests/unit/auth/test_keys.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include "bridge/auth/base64url.h"

namespace spanwire::auth::testing {
namespace {

std::string PrivatePem(PkeyPtr pkey) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(bio.get(), pkey.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<size_t>(size)};
}

std::string Number(const EVP_PKEY& pkey, const char* name, int bytes) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(&pkey, name, &number) != 1) return {};
  const BignumPtr owner(number);
  std::string text(static_cast<size_t>(bytes == 0 ? BN_num_bytes(number) : bytes), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
  return EncodeBase64Url(text);
}

std::string PublicBytes(const EVP_PKEY& pkey) {
  std::string bytes(32, '\0');
  size_t size = bytes.size();
  EVP_PKEY_get_raw_public_key(&pkey, reinterpret_cast<unsigned char*>(bytes.data()), &size);
  return EncodeBase64Url(bytes);
}

}  // namespace

std::string NewRsaPem(size_t bits) {
  return PrivatePem(PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)));
}
std::string NewEcPem(const char* curve) {
  return PrivatePem(PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)));
}
std::string NewPem(const char* type) {
  return PrivatePem(PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, type)));
}

const std::string& RsaPem() {
  static const std::string pem = NewRsaPem(2048);
  return pem;
}
const std::string& OtherRsaPem() {
  static const std::string pem = NewRsaPem(2048);
  return pem;
}
const std::string& P256Pem() {
  static const std::string pem = NewEcPem("P-256");
  return pem;
}
const std::string& P384Pem() {
  static const std::string pem = NewEcPem("P-384");
  return pem;
}
const std::string& Ed25519Pem() {
  static const std::string pem = NewPem("ED25519");
  return pem;
}

SigningKey KeyOf(const std::string& pem) {
  return SigningKey::FromPem(pem).value();
}
SigningKey KeyOf(const std::string& pem, PublicKeyAlgorithm algorithm) {
  return SigningKey::FromPem(pem, algorithm).value();
}
SigningKey SecretKey(HmacAlgorithm algorithm, std::string_view secret) {
  return SigningKey::FromSecret(secret, algorithm).value();
}

std::string PublicPemOf(const std::string& pem) {
  return KeyOf(pem).PublicPem();
}

std::string JwkOf(const std::string& pem, std::string_view more) {
  const BioPtr bio = ReadFrom(pem);
  const PkeyPtr pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  switch (EVP_PKEY_get_base_id(pkey.get())) {
    case EVP_PKEY_RSA:
      return fmt::format(R"({{{}"kty":"RSA","n":"{}","e":"{}"}})", more, Number(*pkey, OSSL_PKEY_PARAM_RSA_N, 0),
                         Number(*pkey, OSSL_PKEY_PARAM_RSA_E, 0));
    case EVP_PKEY_EC: {
      const bool p256 = EVP_PKEY_get_bits(pkey.get()) == 256;
      return fmt::format(R"({{{}"kty":"EC","crv":"{}","x":"{}","y":"{}"}})", more, p256 ? "P-256" : "P-384",
                         Number(*pkey, OSSL_PKEY_PARAM_EC_PUB_X, p256 ? 32 : 48),
                         Number(*pkey, OSSL_PKEY_PARAM_EC_PUB_Y, p256 ? 32 : 48));
    }
    default:
      return fmt::format(R"({{{}"kty":"OKP","crv":"Ed25519","x":"{}"}})", more, PublicBytes(*pkey));
  }
}

}  // namespace spanwire::auth::testing

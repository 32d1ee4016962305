#include "bridge/auth/public_key.h"

#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "bridge/model/absl_view.h"

namespace spanwire::auth {
namespace {

constexpr int kMinRsaBits = 2048;
// A check costs the square of the size; no issuer has larger ones.
constexpr int kMaxRsaBits = 8192;
constexpr size_t kMaxKeysPerPem = 32;

absl::Status Fault(std::string_view sentence) {
  return absl::InvalidArgumentError(model::ToAbsl(sentence));
}

// Only `PUBLIC KEY` is taken; for what people give by mistake, how to make one of it.
absl::Status CheckPemBlock(std::string_view name) {
  if (name == PEM_STRING_PUBLIC) return absl::OkStatus();
  if (name.find("PRIVATE KEY") != std::string_view::npos) {
    return Fault(
        "it holds a private key, which only the issuer should have: give its public half, made with "
        "`openssl pkey -in KEY -pubout`");
  }
  if (name == PEM_STRING_RSA_PUBLIC) {
    return Fault("it holds an RSA PUBLIC KEY: convert it with `openssl rsa -RSAPublicKey_in -in KEY -pubout`");
  }
  if (name.find("CERTIFICATE") != std::string_view::npos) {
    return Fault("it holds a certificate: take its key with `openssl x509 -in CERT -noout -pubkey`");
  }
  return Fault("it holds something else than a PUBLIC KEY");
}

struct PemBlock {
  std::string name;
  std::string der;
};

// The next block; one without a name at the end.
absl::StatusOr<PemBlock> NextPemBlock(BIO& bio) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(&bio, &name, &header, &data, &size) != 1) {
    if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) return PemBlock{};
    return Fault(fmt::format("its PEM is damaged: {}", LastOpenSslError()));
  }
  PemBlock block{.name = name, .der = std::string(reinterpret_cast<char*>(data), static_cast<size_t>(size))};
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_clear_free(data, static_cast<size_t>(size));
  return block;
}

absl::StatusOr<PublicKey> FromDer(const std::string& der) {
  const unsigned char* next = BytesOf(der);
  PkeyPtr pkey(d2i_PUBKEY(nullptr, &next, static_cast<long>(der.size())));
  if (pkey == nullptr) return Fault(fmt::format("it holds no public key that can be read: {}", LastOpenSslError()));
  return PublicKey::FromPkey(std::move(pkey));
}

absl::StatusOr<PublicKey> FromParams(const char* type, OSSL_PARAM_BLD& builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(&builder));
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* pkey = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &pkey, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return Fault(fmt::format("its numbers make no {} key: {}", type, LastOpenSslError()));
  }
  return PublicKey::FromPkey(PkeyPtr(pkey));
}

// The DER form, which OpenSSL takes, of the two numbers side by side; empty where there are not two of the right size.
std::string EcdsaDer(std::string_view signature, size_t number_bytes) {
  if (signature.size() != 2 * number_bytes) return {};
  const int size = static_cast<int>(number_bytes);
  BignumPtr r(BN_bin2bn(BytesOf(signature), size, nullptr));
  BignumPtr s(BN_bin2bn(BytesOf(signature) + number_bytes, size, nullptr));
  const EcdsaSignaturePtr both(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || both == nullptr || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // they belong to `both` now
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int der_size = i2d_ECDSA_SIG(both.get(), &der);
  if (der_size <= 0) return {};
  std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(der_size));
  OPENSSL_free(der);
  return text;
}

}  // namespace

absl::StatusOr<PublicKeyFamily> FamilyOf(const EVP_PKEY& pkey) {
  switch (EVP_PKEY_get_base_id(&pkey)) {
    case EVP_PKEY_RSA:
      return PublicKeyFamily::kRsa;
    case EVP_PKEY_ED25519:
      return PublicKeyFamily::kEd25519;
    case EVP_PKEY_EC:
      break;
    default:
      return Fault("its kind of key signs no tokens: RSA, EC (P-256, P-384) and Ed25519 do");
  }
  std::array<char, 64> curve{};
  size_t size = 0;
  if (EVP_PKEY_get_group_name(&pkey, curve.data(), curve.size(), &size) != 1) return Fault("its curve has no name");
  const std::string_view name(curve.data(), size);
  if (name == SN_X9_62_prime256v1) return PublicKeyFamily::kP256;
  if (name == SN_secp384r1) return PublicKeyFamily::kP384;
  return Fault(fmt::format("its curve is {}: tokens are signed on P-256 or P-384", name));
}

const EVP_MD* DigestOf(PublicKeyAlgorithm algorithm) {
  switch (algorithm) {
    case PublicKeyAlgorithm::kRs256:
    case PublicKeyAlgorithm::kEs256:
      return EVP_sha256();
    case PublicKeyAlgorithm::kRs384:
    case PublicKeyAlgorithm::kEs384:
      return EVP_sha384();
    case PublicKeyAlgorithm::kRs512:
      return EVP_sha512();
    case PublicKeyAlgorithm::kEdDsa:
      break;
  }
  return nullptr;
}

size_t EcdsaNumberBytes(PublicKeyAlgorithm algorithm) {
  if (algorithm == PublicKeyAlgorithm::kEs256) return 32;
  return algorithm == PublicKeyAlgorithm::kEs384 ? 48 : 0;
}

absl::StatusOr<std::vector<PublicKey>> PublicKey::FromPem(std::string_view pem) {
  const ErrorQueueScope errors;
  const BioPtr bio = ReadFrom(pem);
  if (bio == nullptr) return absl::ResourceExhaustedError("no memory to read a key");
  std::vector<PublicKey> keys;
  for (;;) {
    absl::StatusOr<PemBlock> block = NextPemBlock(*bio);
    if (!block.ok()) return block.status();
    if (block->name.empty()) break;
    if (keys.size() == kMaxKeysPerPem) return Fault(fmt::format("it holds over {} keys", kMaxKeysPerPem));
    if (absl::Status status = CheckPemBlock(block->name); !status.ok()) return status;
    absl::StatusOr<PublicKey> key = FromDer(block->der);
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  if (keys.empty()) return Fault("it holds no PEM: a public key begins with -----BEGIN PUBLIC KEY-----");
  return keys;
}

absl::StatusOr<PublicKey> PublicKey::FromRsa(std::string_view modulus, std::string_view exponent) {
  const ErrorQueueScope errors;
  if (modulus.size() > kMaxRsaBits / 8 || exponent.size() > kMaxRsaBits / 8) {
    return Fault(fmt::format("it is an RSA key of over {} bits", kMaxRsaBits));
  }
  const BignumPtr n(BN_bin2bn(BytesOf(modulus), static_cast<int>(modulus.size()), nullptr));
  const BignumPtr e(BN_bin2bn(BytesOf(exponent), static_cast<int>(exponent.size()), nullptr));
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return absl::ResourceExhaustedError("no memory to read a key");
  }
  return FromParams("RSA", *builder);
}

absl::StatusOr<PublicKey> PublicKey::FromEcPoint(PublicKeyFamily family, std::string_view x, std::string_view y) {
  const ErrorQueueScope errors;
  const size_t bytes = family == PublicKeyFamily::kP256 ? 32 : 48;
  if (x.size() != bytes || y.size() != bytes) {
    return Fault(fmt::format("x and y of a {} key have {} bytes each", NameOf(family), bytes));
  }
  const char* curve = family == PublicKeyFamily::kP256 ? SN_X9_62_prime256v1 : SN_secp384r1;
  const std::string point = fmt::format("\x04{}{}", x, y);  // uncompressed: SEC 1, section 2.3.3
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return absl::ResourceExhaustedError("no memory to read a key");
  }
  return FromParams("EC", *builder);
}

absl::StatusOr<PublicKey> PublicKey::FromEd25519(std::string_view bytes) {
  const ErrorQueueScope errors;
  PkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, BytesOf(bytes), bytes.size()));
  if (pkey == nullptr) return Fault("x of an Ed25519 key has 32 bytes");
  return FromPkey(std::move(pkey));
}

absl::StatusOr<PublicKey> PublicKey::FromPkey(PkeyPtr pkey) {
  const ErrorQueueScope errors;
  const absl::StatusOr<PublicKeyFamily> family = auth::FamilyOf(*pkey);
  if (!family.ok()) return family.status();
  const int bits = EVP_PKEY_get_bits(pkey.get());
  if (*family == PublicKeyFamily::kRsa && (bits < kMinRsaBits || bits > kMaxRsaBits)) {
    return Fault(fmt::format("it is an RSA key of {} bits: {} to {} are taken", bits, kMinRsaBits, kMaxRsaBits));
  }
  const PkeyContextPtr context(EVP_PKEY_CTX_new(pkey.get(), nullptr));
  if (context == nullptr || EVP_PKEY_public_check(context.get()) != 1) {
    return Fault(fmt::format("it is no valid {} key: {}", NameOf(*family), LastOpenSslError()));
  }
  return PublicKey(std::move(pkey), *family);
}

absl::StatusOr<PublicKey> PublicKey::BoundTo(PublicKeyAlgorithm only) && {
  if (auth::FamilyOf(only) != family_) {
    return Fault(fmt::format("it is a {} key, which {} does not use", NameOf(family_), NameOf(Algorithm(only))));
  }
  only_ = only;
  return std::move(*this);
}

bool PublicKey::Serves(PublicKeyAlgorithm algorithm) const {
  return only_ ? *only_ == algorithm : auth::FamilyOf(algorithm) == family_;
}

bool PublicKey::Verify(PublicKeyAlgorithm algorithm, std::string_view input, std::string_view signature) const {
  if (!Serves(algorithm)) return false;
  const ErrorQueueScope errors;
  std::string der;
  if (const size_t number_bytes = EcdsaNumberBytes(algorithm); number_bytes > 0) {
    der = EcdsaDer(signature, number_bytes);
    if (der.empty()) return false;
    signature = der;
  }
  const DigestContextPtr context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, DigestOf(algorithm), nullptr, pkey_.get()) == 1 &&
         EVP_DigestVerify(context.get(), BytesOf(signature), signature.size(), BytesOf(input), input.size()) == 1;
}

}  // namespace spanwire::auth

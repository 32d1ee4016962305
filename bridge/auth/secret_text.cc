#include "bridge/auth/secret_text.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <openssl/x509.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "bridge/auth/openssl.h"
#include "bridge/auth/strict_json.h"
#include "bridge/model/absl_view.h"

namespace spanwire::auth {
namespace {

using CertificatePtr = std::unique_ptr<X509, openssl::Deleter<X509_free>>;

bool IsSshKey(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kKinds = {"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"};
  return std::any_of(kKinds.begin(), kKinds.end(), [text](std::string_view kind) { return text.starts_with(kind); });
}

bool IsJwk(std::string_view text) {
  const auto object = ParseStrictObject(text);
  return object.ok() && (object->contains("kty") || object->contains("keys"));
}

// A SubjectPublicKeyInfo or a certificate, from the first byte to the last.
bool IsDer(std::string_view bytes) {
  const ErrorQueueScope errors;
  const unsigned char* next = BytesOf(bytes);
  const unsigned char* const end = next + bytes.size();
  const auto size = static_cast<long>(bytes.size());
  const PkeyPtr pkey(d2i_PUBKEY(nullptr, &next, size));
  if (pkey != nullptr && next == end) return true;
  next = BytesOf(bytes);
  const CertificatePtr certificate(d2i_X509(nullptr, &next, size));
  return certificate != nullptr && next == end;
}

bool IsBase64OfDer(std::string_view text) {
  std::string bytes;
  return absl::Base64Unescape(model::ToAbsl(text), &bytes) && IsDer(bytes);
}

}  // namespace

absl::Status CheckIsNoKey(std::string_view text) {
  const std::string_view trimmed = model::ToStd(absl::StripAsciiWhitespace(model::ToAbsl(text)));
  const char* form = text.find("-----BEGIN") != std::string_view::npos ? "PEM"
                     : IsSshKey(trimmed)                               ? "ssh's form"
                     : IsJwk(text)                                     ? "JSON (JWK)"
                     : IsDer(text) || IsBase64OfDer(trimmed)           ? "DER"
                                                                       : nullptr;
  if (form == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "it holds a key or certificate in {}, and who knows that could sign tokens with it: a secret is random, such as "
      "of `openssl rand -base64 64`; public keys of who signs tokens go into public_key_files (PEM) or jwks_file",
      form));
}

}  // namespace spanwire::auth

#include "publisher_sdk/src/pem.h"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace spanwire::internal {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

Bio Reader(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Nobody is there to be asked, which OpenSSL would do on the terminal.
int NoPassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Certificate ReadCertificate(BIO* reader) {
  return Certificate(PEM_read_bio_X509(reader, nullptr, nullptr, nullptr));
}

Key ReadKey(const std::string& pem, bool& protected_by_passphrase) {
  return Key(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, NoPassphrase, &protected_by_passphrase));
}

}  // namespace

absl::Status CheckCertificates(const std::string& pem) {
  const Bio reader = Reader(pem);
  size_t found = 0;
  while (ReadCertificate(reader.get()) != nullptr) ++found;
  const bool at_the_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found == 0 && at_the_end) return absl::InvalidArgumentError("holds no certificate (PEM)");
  if (!at_the_end) return absl::InvalidArgumentError("holds a certificate that cannot be read: is the file whole?");
  return absl::OkStatus();
}

absl::Status CheckPrivateKey(const std::string& pem) {
  bool protected_by_passphrase = false;
  const Key key = ReadKey(pem, protected_by_passphrase);
  ERR_clear_error();
  if (protected_by_passphrase) {
    return absl::InvalidArgumentError(
        "holds a key with a passphrase: give one without (openssl pkey -in KEY -out NEW)");
  }
  return key == nullptr ? absl::InvalidArgumentError("holds no private key (PEM)") : absl::OkStatus();
}

bool BelongTogether(const std::string& certificate, const std::string& key) {
  bool unused = false;
  const Certificate first = ReadCertificate(Reader(certificate).get());
  const Key own = ReadKey(key, unused);
  const bool fits = first != nullptr && own != nullptr && X509_check_private_key(first.get(), own.get()) == 1;
  ERR_clear_error();
  return fits;
}

}  // namespace spanwire::internal

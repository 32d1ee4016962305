#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "bridge/openssl/owner.h"
#include "bridge/openssl/read_bio.h"
#include "bridge/tls/server_context.h"
#include "tests/support/test_certificates.h"

namespace spanwire::transport {

// The same tests run once more with this variable set: then clients and the port under test speak TLS.
inline bool TestsRunOverTls() {
  return std::getenv("SPANWIRE_TEST_OVER_TLS") != nullptr;
}

// The client's end of TLS over a connected socket that waits, which it borrows. Believes any certificate. For tests.
class TlsClient {
 public:
  explicit TlsClient(int fd, std::string_view protocols = "", long most_version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())), session_(SSL_new(context_.get())) {
    SSL_set_fd(session_.get(), fd);
    if (most_version < TLS1_2_VERSION) SSL_set_security_level(session_.get(), 0);
    SSL_set_min_proto_version(session_.get(), TLS1_VERSION);
    SSL_set_max_proto_version(session_.get(), most_version);
    SSL_set_alpn_protos(session_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned int>(protocols.size()));
    Connect();
  }
  // Shows a certificate.
  TlsClient(int fd, const tls::CertifiedKey& certified)
      : context_(SSL_CTX_new(TLS_client_method())), session_(SSL_new(context_.get())) {
    const openssl::BioPtr certificate = openssl::ReadFrom(certified.certificate);
    const openssl::BioPtr key = openssl::ReadFrom(certified.key);
    const std::unique_ptr<X509, openssl::Deleter<X509_free>> own(
        PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    const openssl::PkeyPtr own_key(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    SSL_set_fd(session_.get(), fd);
    SSL_use_certificate(session_.get(), own.get());
    SSL_use_PrivateKey(session_.get(), own_key.get());
    Connect();
  }
  ~TlsClient() {
    if (connected_) SSL_shutdown(session_.get());
    ERR_clear_error();
  }

  bool connected() const { return connected_; }
  // What OpenSSL said last, the alerts that came among it; empty where nothing was wrong.
  const std::string& error() const { return error_; }
  SSL* session() const { return session_.get(); }

  // As send() and recv().
  ssize_t Send(std::string_view bytes) {
    return Result(SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())));
  }
  ssize_t Receive(char* room, size_t size) { return Result(SSL_read(session_.get(), room, static_cast<int>(size))); }

 private:
  void Connect() {
    connected_ = SSL_connect(session_.get()) == 1;
    Keep();
  }
  ssize_t Result(int result) {
    if (result > 0) return result;
    const int why = SSL_get_error(session_.get(), result);
    const int last = errno;
    Keep();
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    errno = why == SSL_ERROR_SYSCALL && last != 0 ? last : why == SSL_ERROR_WANT_READ ? EAGAIN : ECONNRESET;
    return -1;
  }
  void Keep() {
    if (const char* reason = ERR_reason_error_string(ERR_peek_last_error())) error_ = reason;
    ERR_clear_error();
  }

  const std::unique_ptr<SSL_CTX, openssl::Deleter<SSL_CTX_free>> context_;
  const tls::SslPtr session_;
  bool connected_ = false;
  std::string error_;
};

}  // namespace spanwire::transport

#include "cli/port_look.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "bridge/openssl/owner.h"

namespace spanwire::cli {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, openssl::Deleter<SSL_CTX_free>>;

// ALPN's list of one, as gRPC offers it.
constexpr unsigned char kAlpn[] = {2, 'h', '2'};

std::string HostOf(const std::string& server) {
  const std::string host = server.substr(0, server.rfind(':'));
  return host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host;
}

bool IsAddress(const std::string& host) {
  in6_addr unused{};
  return inet_pton(AF_INET, host.c_str(), &unused) == 1 || inet_pton(AF_INET6, host.c_str(), &unused) == 1;
}

// Called where the server asks for one.
int NoCertificate(SSL* tls, X509**, EVP_PKEY**) {
  *static_cast<bool*>(SSL_get_app_data(tls)) = true;
  return 0;
}

ContextPtr MakeContext(const std::string& ca) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return nullptr;
  SSL_CTX_set_client_cert_cb(context.get(), NoCertificate);
  const bool trusts = ca.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                 : SSL_CTX_load_verify_file(context.get(), ca.c_str()) == 1;
  const bool offers = SSL_CTX_set_alpn_protos(context.get(), kAlpn, sizeof kAlpn) == 0;
  return trusts && offers ? std::move(context) : nullptr;
}

// How the handshake failed, from OpenSSL's error queue.
PortLook::Kind KindOfFailure() {
  const unsigned long error = ERR_peek_error();
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return PortLook::Kind::kUnknown;
  const int reason = ERR_GET_REASON(error);
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST) return PortLook::Kind::kPlain;
  if (reason == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL) return PortLook::Kind::kOtherTls;
  // Who sends an alert speaks TLS.
  return reason > SSL_AD_REASON_OFFSET ? PortLook::Kind::kGrpcTls : PortLook::Kind::kUnknown;
}

// True when the handshake is over, false when it failed.
bool ShakeHands(SSL* tls, BIO* connection, time_t deadline) {
  while (true) {
    const int done = SSL_connect(tls);
    if (done == 1) return true;
    const int why = SSL_get_error(tls, done);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return false;
    if (BIO_wait(connection, deadline, 0) <= 0) return false;
  }
}

PortLook Outcome(const SSL* tls) {
  const unsigned char* protocol = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(tls, &protocol, &length);
  if (length == 0) return {.kind = PortLook::Kind::kOtherTls};
  const long verified = SSL_get_verify_result(tls);
  return {.kind = PortLook::Kind::kGrpcTls,
          .mistrust = verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified)};
}

}  // namespace

PortLook LookAtPort(const std::string& server, const std::string& ca, absl::Duration timeout) {
  const ContextPtr context = MakeContext(ca);
  const openssl::BioPtr connection(BIO_new_connect(server.c_str()));
  PortLook look;
  bool asked = false;
  if (context != nullptr && connection != nullptr) {
    const int seconds = static_cast<int>(std::max<int64_t>(1, absl::ToInt64Seconds(timeout)));
    BIO_set_nbio(connection.get(), 1);
    const std::unique_ptr<SSL, openssl::Deleter<SSL_free>> tls(SSL_new(context.get()));
    if (tls != nullptr && BIO_do_connect_retry(connection.get(), seconds, -1) == 1) {
      SSL_set_app_data(tls.get(), &asked);
      BIO_up_ref(connection.get());
      SSL_set_bio(tls.get(), connection.get(), connection.get());
      const std::string host = HostOf(server);
      if (!IsAddress(host)) SSL_set_tlsext_host_name(tls.get(), host.c_str());
      const bool shaken = ShakeHands(tls.get(), connection.get(), std::time(nullptr) + seconds);
      look = shaken ? Outcome(tls.get()) : PortLook{.kind = KindOfFailure()};
    }
  }
  look.asks_for_certificate = asked;
  ERR_clear_error();
  return look;
}

}  // namespace spanwire::cli

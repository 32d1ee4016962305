#include "bridge/tls/server_context.h"

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "bridge/model/absl_view.h"
#include "bridge/openssl/error_queue.h"
#include "bridge/openssl/read_bio.h"

namespace spanwire::tls {
namespace {

using X509Ptr = std::unique_ptr<X509, openssl::Deleter<X509_free>>;

constexpr std::string_view kHttp11 = "http/1.1";
// Of TLS 1.2: forward secrecy and authenticated encryption. All of TLS 1.3 have both.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr char kGroups[] = "X25519:P-256:P-384";
constexpr absl::Duration kSoon = absl::Hours(14 * 24);

// Without it OpenSSL would ask at the terminal.
int NoPassword(char*, int, int, void*) {
  return 0;
}

// RFC 7301. The list is of names, each behind a byte with its length; OpenSSL has checked it.
int SelectProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                   unsigned int offered_size, void*) {
  std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
  while (!list.empty()) {
    const auto size = static_cast<unsigned char>(list.front());
    if (list.substr(1, size) == kHttp11) {
      *chosen = reinterpret_cast<const unsigned char*>(list.data()) + 1;
      *chosen_size = size;
      return SSL_TLSEXT_ERR_OK;
    }
    list.remove_prefix(std::min<size_t>(1 + size, list.size()));
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm calendar{};
  if (ASN1_TIME_to_tm(time, &calendar) != 1) return absl::InfinitePast();
  return absl::FromTM(calendar, absl::UTCTimeZone());
}

// Reads what the PEM of `text` holds, one certificate after another.
std::vector<X509Ptr> Certificates(std::string_view text) {
  const openssl::ErrorQueueScope errors;  // the end of the text is one
  const openssl::BioPtr bio = openssl::ReadFrom(text);
  std::vector<X509Ptr> found;
  while (X509Ptr next{PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr)}) found.push_back(std::move(next));
  return found;
}

// Puts one file after another into an SSL_CTX.
class Loader {
 public:
  Loader(const ServerFiles& files, const ServerContext::Options& options, SSL_CTX* context)
      : files_(files), options_(options), context_(context) {}

  absl::StatusOr<KeyMaterial> Load() {
    SetRules();
    if (absl::Status status = LoadCertificate(); !status.ok()) return status;
    if (absl::Status status = LoadKey(); !status.ok()) return status;
    if (absl::Status status = LoadClientCa(); !status.ok()) return status;
    return std::move(material_);
  }

 private:
  void SetRules() {
    SSL_CTX_set_min_proto_version(context_, options_.tls13_only ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context_, kCiphers);
    SSL_CTX_set1_groups_list(context_, kGroups);
    // A close without close_notify is the end like any other: HTTP and WebSocket both say themselves what is whole.
    SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                      SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (options_.release_buffers) SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
    // A record's header and body by one system call.
    SSL_CTX_set_read_ahead(context_, 1);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context_, 1);
    SSL_CTX_set_session_id_context(context_, reinterpret_cast<const unsigned char*>("spanwire"), 8);
    SSL_CTX_set_alpn_select_cb(context_, SelectProtocol, nullptr);
  }

  absl::Status LoadCertificate() {
    const PemFile& file = files_.certificate;
    absl::StatusOr<std::string> text = file.Read();
    if (!text.ok()) return text.status();
    const std::vector<X509Ptr> chain = Certificates(*text);
    if (chain.empty()) return file.Fault("it holds no certificate in PEM, -----BEGIN CERTIFICATE-----");
    if (SSL_CTX_use_certificate(context_, chain.front().get()) != 1) {
      return file.Fault(fmt::format("its certificate cannot be used: {}", openssl::LastError()));
    }
    for (size_t i = 1; i < chain.size(); ++i) {
      if (SSL_CTX_add1_chain_cert(context_, chain[i].get()) != 1) {
        return file.Fault(fmt::format("its certificate number {} cannot be used: {}", i + 1, openssl::LastError()));
      }
    }
    material_.certificate_chain = *std::move(text);
    NoteValidity(*chain.front());
    return absl::OkStatus();
  }

  void NoteValidity(const X509& certificate) {
    material_.not_before = TimeOf(X509_get0_notBefore(&certificate));
    material_.not_after = TimeOf(X509_get0_notAfter(&certificate));
    const absl::Time now = absl::Now();
    const std::string end = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", material_.not_after, absl::UTCTimeZone());
    if (now < material_.not_before) {
      material_.notes.push_back(files_.certificate.Note("it is not valid yet: clients will refuse it"));
    } else if (now > material_.not_after) {
      material_.notes.push_back(files_.certificate.Note("it expired at " + end + ": clients refuse it"));
    } else if (material_.not_after - now < kSoon) {
      material_.notes.push_back(files_.certificate.Note("it expires soon, at " + end));
    }
  }

  absl::Status LoadKey() {
    const PemFile& file = files_.key;
    absl::StatusOr<std::string> text = file.Read();
    if (!text.ok()) return text.status();
    const openssl::BioPtr bio = openssl::ReadFrom(*text);
    const openssl::PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
    if (key == nullptr) {
      return file.Fault("it holds no private key in PEM that is readable without a password");
    }
    if (SSL_CTX_use_PrivateKey(context_, key.get()) != 1 || SSL_CTX_check_private_key(context_) != 1) {
      return file.Fault(fmt::format("it is not the key of the certificate in {}", files_.certificate.path));
    }
    if (file.OpenToOthers()) {
      material_.notes.push_back(file.Note("every user of this machine can read this key: chmod 600"));
    }
    material_.key = *std::move(text);
    return absl::OkStatus();
  }

  absl::Status LoadClientCa() {
    const PemFile& file = files_.client_ca;
    if (file.path.empty()) return absl::OkStatus();
    absl::StatusOr<std::string> text = file.Read();
    if (!text.ok()) return text.status();
    const std::vector<X509Ptr> roots = Certificates(*text);
    if (roots.empty()) return file.Fault("it holds no certificate in PEM, -----BEGIN CERTIFICATE-----");
    for (const X509Ptr& root : roots) {
      if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), root.get()) != 1 ||
          SSL_CTX_add_client_CA(context_, root.get()) != 1) {
        return file.Fault(fmt::format("one of its certificates cannot be used: {}", openssl::LastError()));
      }
    }
    material_.client_ca = *std::move(text);
    if (options_.client_auth != ClientAuth::kNone) {
      const int demand = options_.client_auth == ClientAuth::kRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | demand, nullptr);
    }
    return absl::OkStatus();
  }

  const ServerFiles& files_;
  const ServerContext::Options& options_;
  SSL_CTX* const context_;
  KeyMaterial material_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const ServerContext>> ServerContext::Load(const ServerFiles& files,
                                                                         const Options& options) {
  const openssl::ErrorQueueScope errors;
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return absl::ResourceExhaustedError("no memory for TLS");
  absl::StatusOr<KeyMaterial> material = Loader(files, options, context.get()).Load();
  if (!material.ok()) return material.status();
  return std::shared_ptr<const ServerContext>(new ServerContext(std::move(context), *std::move(material)));
}

SslPtr ServerContext::NewSession() const {
  const openssl::ErrorQueueScope errors;
  SslPtr session(SSL_new(context_.get()));
  if (session != nullptr) SSL_set_accept_state(session.get());
  return session;
}

}  // namespace spanwire::tls

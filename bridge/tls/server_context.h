#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bridge/openssl/owner.h"
#include "bridge/tls/pem_file.h"

namespace spanwire::tls {

using SslPtr = std::unique_ptr<SSL, openssl::Deleter<SSL_free>>;

// Where the bridge's certificate, its key and what it checks clients by are.
struct ServerFiles {
  PemFile certificate;  // the bridge's own first, then those between it and the root
  PemFile key;
  PemFile client_ca;  // roots of the clients' certificates; no path: clients are not asked for any
};

// The files' contents, checked: each can be read, and the key is the certificate's.
struct KeyMaterial {
  std::string certificate_chain;
  std::string key;
  std::string client_ca;
  absl::Time not_before;  // of the bridge's own certificate
  absl::Time not_after;
  std::vector<std::string> notes;  // for the log: what works and should be mended; nothing of a key
};

enum class ClientAuth : uint8_t {
  kNone,      // clients are not asked for a certificate
  kOptional,  // asked; one that is given must be good
  kRequired,
};

// What all TLS connections to the HTTP port that begin at one time share: the certificate and the rules. TLS 1.2 with
// forward secrecy and authenticated encryption is the floor; a client that offers protocols (ALPN) must offer http/1.1,
// else it gets the alert no_application_protocol. Sessions resume by tickets, so nothing is kept of a connection that
// ended; tickets count until the context is replaced. Immutable; any thread.
class ServerContext {
 public:
  struct Options {
    bool tls13_only = false;
    ClientAuth client_auth = ClientAuth::kNone;
    // Idle connections give their buffers back. For measuring what that saves.
    bool release_buffers = true;
  };

  // Reads and checks the files; blocks on the disk. INVALID_ARGUMENT with a sentence that begins with the setting and
  // the file.
  static absl::StatusOr<std::shared_ptr<const ServerContext>> Load(const ServerFiles& files, const Options& options);

  // A connection's own state, waiting for the client to begin. Null without memory. May outlive this.
  SslPtr NewSession() const;
  const KeyMaterial& material() const { return material_; }

 private:
  using ContextPtr = std::unique_ptr<SSL_CTX, openssl::Deleter<SSL_CTX_free>>;

  ServerContext(ContextPtr context, KeyMaterial material)
      : context_(std::move(context)), material_(std::move(material)) {}

  const ContextPtr context_;
  const KeyMaterial material_;
};

}  // namespace spanwire::tls

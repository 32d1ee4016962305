#include "bridge/server/grpc_credentials.h"

#include <memory>
#include <string>

#include <grpc/grpc_security.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/observe/logging.h"

namespace spanwire::server {
namespace {

grpc_ssl_client_certificate_request_type RequestOf(tls::ClientAuth client_auth) {
  switch (client_auth) {
    case tls::ClientAuth::kOptional:
      return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    case tls::ClientAuth::kRequired:
      return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    case tls::ClientAuth::kNone:
      break;
  }
  return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
}

// gRPC's C++ classes know certificates that never change, and files that it reads on its own: a pair of which one half
// is new would end TLS on the port. Its C API asks for the certificate at every handshake, so this speaks that.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  ReloadingCredentials(const tls::ServerIdentity& identity, tls::ClientAuth client_auth)
      : identity_(identity),
        asks_clients_(client_auth != tls::ClientAuth::kNone),
        // The options and then the credentials belong to what is made of them.
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(RequestOf(client_auth), Fetch, this))) {}
  ~ReloadingCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {
    observe::Log(spdlog::level::err, "calls are authenticated by the services, not by the port's credentials");
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // Before every handshake, from gRPC's threads.
  static grpc_ssl_certificate_config_reload_status Fetch(void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<ReloadingCredentials*>(self)->FetchInto(config);
  }
  grpc_ssl_certificate_config_reload_status FetchInto(grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const tls::ServerContext> current = identity_.Current();
    absl::MutexLock lock(&mutex_);
    if (current == fetched_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const tls::KeyMaterial& material = current->material();
    const grpc_ssl_pem_key_cert_pair pair = {.private_key = material.key.c_str(),
                                             .cert_chain = material.certificate_chain.c_str()};
    // gRPC 1.51 wants roots to replace roots by, even where nobody is asked for a certificate and they count for
    // nothing.
    const std::string& roots = asks_clients_ ? material.client_ca : material.certificate_chain;
    *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
    if (*config == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
    fetched_ = std::move(current);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const tls::ServerIdentity& identity_;
  const bool asks_clients_;
  absl::Mutex mutex_;
  std::shared_ptr<const tls::ServerContext> fetched_ ABSL_GUARDED_BY(mutex_);  // what gRPC has
  grpc_server_credentials* const credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> GrpcTlsCredentials(const tls::ServerIdentity& identity,
                                                            tls::ClientAuth client_auth) {
  return std::make_shared<ReloadingCredentials>(identity, client_auth);
}

}  // namespace spanwire::server

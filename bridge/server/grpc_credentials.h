#pragma once

#include <memory>

#include <grpcpp/security/server_credentials.h>

#include "bridge/tls/server_identity.h"

namespace spanwire::server {

// TLS for the gRPC port with the certificate that `identity` has at each handshake, so that a reload needs no new port
// and ends no call. Clients are asked for a certificate only where the identity has roots to check it by; who it says
// they are is in the call's auth_context() (x509_common_name, x509_subject_alternative_name). `identity` and what is
// returned outlive the server, which asks them at each handshake.
std::shared_ptr<grpc::ServerCredentials> GrpcTlsCredentials(const tls::ServerIdentity& identity,
                                                            tls::ClientAuth client_auth);

}  // namespace spanwire::server

#include "bridge/rpc/client_certificate.h"

#include <memory>

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

namespace spanwire::rpc {
namespace {

bool IsTls(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> types = context.FindPropertyValues(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  return types.size() == 1 &&
         (types[0] == GRPC_SSL_TRANSPORT_SECURITY_TYPE || types[0] == GRPC_TLS_TRANSPORT_SECURITY_TYPE);
}

}  // namespace

std::vector<std::string> NamesOfClient(const grpc::ServerContextBase& call) {
  std::vector<std::string> names;
  const std::shared_ptr<const grpc::AuthContext> context = call.auth_context();
  if (context == nullptr || !context->IsPeerAuthenticated() || !IsTls(*context)) return names;
  for (const char* property : {GRPC_X509_CN_PROPERTY_NAME, GRPC_X509_SAN_PROPERTY_NAME}) {
    for (const grpc::string_ref& name : context->FindPropertyValues(property))
      names.emplace_back(name.data(), name.size());
  }
  return names;
}

}  // namespace spanwire::rpc

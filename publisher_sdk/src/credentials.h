#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <grpcpp/security/credentials.h>

#include "absl/status/statusor.h"
#include "spanwire/security.h"

namespace spanwire::internal {

// What one connection to a bridge is made with.
struct Credentials {
  std::shared_ptr<grpc::ChannelCredentials> channel;
  std::string authorization;  // value of the metadata `authorization` of every call; empty: none
  // Whether the connection may go by an HTTP proxy that the environment names (http_proxy, grpc_proxy). One to this
  // machine has no business there, and a token in plain text would be the proxy's to read.
  bool by_proxy = true;
};

// Reads the files, now. With `own` channel credentials only the token of `security` counts. INVALID_ARGUMENT with a
// sentence that names the file or setting at fault, and holds nothing of a token or key.
absl::StatusOr<Credentials> LoadCredentials(std::string_view target, const Security& security,
                                            std::shared_ptr<grpc::ChannelCredentials> own = nullptr);

// Whether a gRPC target is on this machine, told from its text alone: a name such as 127.example.org is not.
bool IsOnThisMachine(std::string_view target);

}  // namespace spanwire::internal

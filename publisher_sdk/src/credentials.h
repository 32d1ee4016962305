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
};

// Reads the files, now. With `own` channel credentials only the token of `security` counts. UNAUTHENTICATED with a
// sentence that names the file or setting at fault, and holds nothing of a token or key.
absl::StatusOr<Credentials> LoadCredentials(std::string_view target, const Security& security,
                                            std::shared_ptr<grpc::ChannelCredentials> own = nullptr);

// Whether a gRPC target is on this machine, told from its text alone: a name such as 127.example.org is not.
bool IsOnThisMachine(std::string_view target);

}  // namespace spanwire::internal

#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace spanwire::cli {

// A gRPC status with the details that the bridge attached, as BridgeClient describes it.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace spanwire::cli

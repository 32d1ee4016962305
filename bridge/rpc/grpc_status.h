#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace spanwire::rpc {

// A gRPC status whose details (`grpc-status-details-bin`) are `status`.
grpc::Status ToGrpcStatus(const google::rpc::Status& status);

// OK for OK; an error with the details of ToRpcStatus.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace spanwire::rpc

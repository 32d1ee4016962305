#include "bridge/rpc/grpc_status.h"

#include "bridge/rpc/rpc_status.h"

namespace spanwire::rpc {

grpc::Status ToGrpcStatus(const google::rpc::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message(), status.SerializeAsString()};
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  return status.ok() ? grpc::Status::OK : ToGrpcStatus(ToRpcStatus(status));
}

}  // namespace spanwire::rpc

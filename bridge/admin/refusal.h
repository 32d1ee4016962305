#pragma once

#include <string>
#include <string_view>

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "bridge/model/error.h"
#include "bridge/rpc/grpc_status.h"

namespace spanwire::admin {

// INVALID_ARGUMENT with a reason, about one field of the request.
inline absl::Status BadField(std::string_view field, std::string_view reason, std::string_view sentence) {
  return model::MakeError(absl::StatusCode::kInvalidArgument, sentence,
                          {.reason = std::string(reason), .metadata = {{"field", std::string(field)}}});
}

// Ends the call with `status` before anything was done.
inline grpc::ServerUnaryReactor* Refuse(grpc::CallbackServerContext* call, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  reactor->Finish(rpc::ToGrpcStatus(status));
  return reactor;
}

}  // namespace spanwire::admin

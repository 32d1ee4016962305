#include "bridge/admin/admin_service.h"

#include "bridge/admin/proto_time.h"
#include "bridge/admin/refusal.h"
#include "bridge/admin/stats_view.h"

namespace spanwire::admin {

void AdminService::EndStreams() {
  streams_.EndAll();
}

grpc::ServerUnaryReactor* AdminService::GetStats(grpc::CallbackServerContext* call, const v1::GetStatsRequest*,
                                                 v1::GetStatsResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return Refuse(call, caller.status());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  DescribeBridge(context_, response);
  if (caller->reaches_all_tenants()) {
    SumUpBridge(context_, response);
    reactor->Finish(grpc::Status::OK);
  } else {
    SumUpTenant(context_, desk_, caller->identity->tenant_id, response,
                [reactor](const absl::Status& status) { reactor->Finish(rpc::ToGrpcStatus(status)); });
  }
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::Drain(grpc::CallbackServerContext* call, const v1::DrainRequest*,
                                              v1::DrainResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminWrite);
  if (!caller.ok()) return Refuse(call, caller.status());
  // It ends every tenant's connections.
  if (const absl::Status status = caller->CheckRole(auth::Role::kAnyTenant); !status.ok()) return Refuse(call, status);
  response->set_connections(observe::SumUp(context_.metrics).connections);
  *response->mutable_timeout() = ToProto(context_.drain_timeout);
  response->set_already_draining(!context_.begin_drain());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace spanwire::admin

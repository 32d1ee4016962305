#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/thread_pool.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "bridge/admin/open_streams.h"
#include "bridge/auth/access_control.h"
#include "bridge/broker/broker.h"
#include "bridge/config/topic_policies.h"
#include "bridge/fanout/fanout.h"
#include "bridge/observe/metrics.h"
#include "bridge/rpc/gate.h"
#include "bridge/session/registry.h"
#include "bridge/session/settings.h"
#include "spanwire/v1/admin.grpc.pb.h"

namespace spanwire::admin {

// What the service looks at. All outlive it.
struct AdminContext {
  fanout::Fanout& fanout;
  session::Directory& directory;
  broker::Broker& broker;
  observe::Metrics& metrics;
  const session::Settings& settings;
  const config::TopicPolicies& policies;
  auth::AccessControl& access;
  rpc::Gate& gate;
  absl::Time started_at;
  // Begins to end the bridge as SIGTERM does, and returns at once; false where that has begun. Any thread.
  std::function<bool()> begin_drain = [] { return false; };
  absl::Duration drain_timeout = absl::ZeroDuration();
};

// spanwire.v1.AdminService. What it tells of connections is gathered on the shards' threads, each looking at its own,
// so looking costs the data path a moment and no lock; putting it together is done on a thread of its own. Thread safe.
// Calls end before the context goes: the gRPC server is shut down first.
//
// With authentication a call needs the role admin.read, or admin.write where it changes something. Without any_tenant
// an administrator has the own tenant only: a request that names no tenant is about that one, one that names another is
// refused, and connections of others are as if they were not. What concerns the whole bridge (Drain) needs any_tenant.
class AdminService final : public v1::AdminService::CallbackService {
 public:
  explicit AdminService(AdminContext context) : context_(std::move(context)) {}

  // Ends the streams that never end by themselves, so that the gRPC server can shut down.
  void EndStreams();

  grpc::ServerUnaryReactor* ListConnections(grpc::CallbackServerContext* call,
                                            const v1::ListConnectionsRequest* request,
                                            v1::ListConnectionsResponse* response) override;
  grpc::ServerUnaryReactor* GetConnection(grpc::CallbackServerContext* call, const v1::GetConnectionRequest* request,
                                          v1::GetConnectionResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchConnectionsResponse>* WatchConnections(
      grpc::CallbackServerContext* call, const v1::WatchConnectionsRequest* request) override;
  grpc::ServerUnaryReactor* CloseConnections(grpc::CallbackServerContext* call,
                                             const v1::CloseConnectionsRequest* request,
                                             v1::CloseConnectionsResponse* response) override;
  grpc::ServerUnaryReactor* ListTopics(grpc::CallbackServerContext* call, const v1::ListTopicsRequest* request,
                                       v1::ListTopicsResponse* response) override;
  grpc::ServerUnaryReactor* GetTopic(grpc::CallbackServerContext* call, const v1::GetTopicRequest* request,
                                     v1::GetTopicResponse* response) override;
  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* call, const v1::GetHistoryRequest* request,
                                       v1::GetHistoryResponse* response) override;
  grpc::ServerWriteReactor<v1::TailTopicsResponse>* TailTopics(grpc::CallbackServerContext* call,
                                                               const v1::TailTopicsRequest* request) override;
  grpc::ServerUnaryReactor* RevokeTokens(grpc::CallbackServerContext* call, const v1::RevokeTokensRequest* request,
                                         v1::RevokeTokensResponse* response) override;
  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* call, const v1::GetStatsRequest* request,
                                     v1::GetStatsResponse* response) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* call, const v1::DrainRequest* request,
                                  v1::DrainResponse* response) override;

 private:
  // Closes the connections of those of a tenant whose token has been revoked with 4001; `done` runs on a shard's
  // thread.
  void EndRevokedClients(const std::string& tenant, absl::AnyInvocable<void(int32_t closed)> done);

  const AdminContext context_;
  OpenStreams streams_;
  boost::asio::thread_pool desk_{1};  // puts together what would hold up a shard or the broker
};

}  // namespace spanwire::admin

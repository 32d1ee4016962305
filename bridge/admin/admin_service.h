#pragma once

#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "bridge/admin/open_streams.h"
#include "bridge/broker/broker.h"
#include "bridge/config/topic_policies.h"
#include "bridge/fanout/fanout.h"
#include "bridge/observe/metrics.h"
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
  absl::Time started_at;
  // Begins the end of the bridge, as SIGTERM does. Any thread; returns at once; may be called again and again.
  std::function<void()> drain = [] {};
};

// spanwire.v1.AdminService. Answers are gathered on the shards' threads, so looking costs the data path a moment and no
// lock. Thread safe. Calls end before the context goes: the gRPC server is shut down first.
class AdminService final : public v1::AdminService::CallbackService {
 public:
  explicit AdminService(const AdminContext& context) : context_(context) {}

  // Ends the streams that never end by themselves, so that the gRPC server can shut down.
  void Drain();

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
  grpc::ServerWriteReactor<v1::TailTopicsResponse>* TailTopics(grpc::CallbackServerContext* call,
                                                               const v1::TailTopicsRequest* request) override;
  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* call, const v1::GetStatsRequest* request,
                                     v1::GetStatsResponse* response) override;

 private:
  const AdminContext context_;
  OpenStreams streams_;
};

}  // namespace spanwire::admin

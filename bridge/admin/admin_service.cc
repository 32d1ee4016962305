#include "bridge/admin/admin_service.h"

#include "bridge/admin/proto_time.h"

namespace spanwire::admin {

void AdminService::EndStreams() {
  streams_.EndAll();
}

grpc::ServerUnaryReactor* AdminService::GetStats(grpc::CallbackServerContext* call, const v1::GetStatsRequest*,
                                                 v1::GetStatsResponse* response) {
  const observe::Totals totals = observe::SumUp(context_.metrics);
  response->set_server(context_.settings.server);
  response->set_node(context_.settings.node);
  *response->mutable_started_at() = ToProto(context_.started_at);
  response->set_connections(totals.connections);
  response->set_subscriptions(totals.subscriptions);
  response->set_events_published(totals.events_published);
  response->set_events_rejected(totals.events_rejected);
  response->set_events_duplicate(totals.events_duplicate);
  response->set_deliveries(totals.deliveries);
  response->set_slow_consumers_closed(totals.slow_consumers_closed);
  response->set_queued_bytes(totals.queued_bytes);
  response->set_history_bytes(totals.history_bytes);
  response->set_topics(context_.settings.topics->List().size());
  response->set_secure(context_.settings.secure);
  for (const auto& [pattern, sums] : observe::SumUpPatterns(context_.metrics)) {
    v1::PatternStats& stats = *response->add_patterns();
    stats.set_pattern(pattern);
    stats.set_throttle_dropped(sums.throttle_dropped);
    stats.set_conflated(sums.conflated);
    stats.set_slow_closed(sums.slow_closed);
  }
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::Drain(grpc::CallbackServerContext* call, const v1::DrainRequest*,
                                              v1::DrainResponse* response) {
  response->set_connections(observe::SumUp(context_.metrics).connections);
  *response->mutable_timeout() = ToProto(context_.drain_timeout);
  response->set_already_draining(!context_.begin_drain());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace spanwire::admin

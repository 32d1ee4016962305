#include "bridge/admin/connection_filter.h"

#include <algorithm>

#include "bridge/admin/proto_time.h"

namespace spanwire::admin {

bool Matches(const v1::ConnectionFilter& filter, const session::ClientSnapshot& client) {
  const auto& ids = filter.client_ids();
  if (!ids.empty() && std::find(ids.begin(), ids.end(), client.client_id) == ids.end()) return false;
  if (!filter.user_id().empty() && filter.user_id() != client.user_id) return false;
  if (filter.has_tenant_id() || !filter.tenant_id().empty()) {
    if (client.is_stranger || filter.tenant_id() != client.tenant_id) return false;
  }
  if (!filter.transport().empty() && filter.transport() != client.transport) return false;
  return filter.topic().empty() ||
         std::any_of(client.subscriptions.begin(), client.subscriptions.end(),
                     [&](const session::SubscriptionSnapshot& topic) { return topic.topic == filter.topic(); });
}

bool IsEmpty(const v1::ConnectionFilter& filter) {
  return filter.ByteSizeLong() == 0;
}

absl::StatusOr<v1::ConnectionFilter> ScopedTo(const rpc::Caller& caller, const v1::ConnectionFilter& filter) {
  v1::ConnectionFilter scoped = filter;
  if (caller.reaches_all_tenants()) return scoped;
  const bool names_one = filter.has_tenant_id() || !filter.tenant_id().empty();
  if (!names_one) scoped.set_tenant_id(caller.identity->tenant_id);
  scoped.set_has_tenant_id(true);
  if (absl::Status status = caller.CheckTenant(scoped.tenant_id()); !status.ok()) return status;
  return scoped;
}

v1::Connection ToProto(const session::ClientSnapshot& client) {
  v1::Connection proto;
  proto.set_client_id(client.client_id);
  proto.set_user_id(client.user_id);
  proto.set_tenant_id(client.tenant_id);
  proto.set_waits_for_token(client.is_stranger);
  proto.set_transport(client.transport);
  proto.set_remote_address(client.remote_address);
  proto.set_user_agent(client.user_agent);
  *proto.mutable_connected_at() = ToProto(client.connected_at);
  *proto.mutable_last_seen_at() = ToProto(client.last_seen);
  for (const session::SubscriptionSnapshot& snapshot : client.subscriptions) {
    v1::Subscription& subscription = *proto.add_subscriptions();
    subscription.set_topic(snapshot.topic);
    subscription.set_state(snapshot.live ? v1::Subscription::STATE_LIVE : v1::Subscription::STATE_CATCHING_UP);
    subscription.set_position(snapshot.position);
  }
  proto.set_messages_sent(client.messages_sent);
  proto.set_bytes_sent(client.bytes_sent);
  proto.set_messages_received(client.messages_received);
  proto.set_queued_bytes(client.queued_bytes);
  return proto;
}

}  // namespace spanwire::admin

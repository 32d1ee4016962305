#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "bridge/auth/identity.h"
#include "bridge/session/close_code.h"

namespace spanwire::session {

// One topic of a client, for administrators.
struct SubscriptionSnapshot {
  std::string topic;
  bool live = false;
  uint64_t position = 0;
};

// A client at one moment, for administrators. A copy: any thread may keep it.
struct ClientSnapshot {
  std::string client_id;
  std::string user_id;
  std::string tenant_id;
  bool is_stranger = false;  // of no tenant yet: it has not said who it is
  std::string transport;     // websocket, sse or poll
  std::string remote_address;
  std::string user_agent;
  absl::Time connected_at;
  absl::Time last_seen;
  std::vector<SubscriptionSnapshot> subscriptions;
  uint64_t messages_sent = 0;
  uint64_t bytes_sent = 0;
  uint64_t messages_received = 0;
  uint64_t queued_bytes = 0;
};

// What a client was before it showed who it is.
struct FormerIdentity {
  auth::IdentityPtr identity;
  bool was_stranger = false;
};

// Somebody who receives topics on a shard: a WebSocket, a held poll. Shard thread only.
class Client {
 public:
  virtual ~Client() = default;
  virtual const std::string& client_id() const = 0;
  virtual ClientSnapshot Describe() const = 0;
  // Who it is; stays the same user of the same tenant once it is somebody.
  virtual const auth::Identity& identity() const = 0;
  // What may be read has changed for everybody.
  virtual void OnRulesChanged() = 0;
  // Ends it as an administrator, or a drain, wants it.
  virtual void Disconnect(CloseCode code, std::string_view reason) = 0;
};

}  // namespace spanwire::session

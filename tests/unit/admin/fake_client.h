#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/session/client.h"

namespace spanwire::admin {

// A client that says of itself what the test wants. Touched on its shard's thread, or while that rests.
class FakeClient final : public session::Client {
 public:
  FakeClient(std::string id, std::vector<std::string> on) : topics(std::move(on)), id_(std::move(id)) {}
  const std::string& client_id() const override { return id_; }
  session::ClientSnapshot Describe() const override {
    session::ClientSnapshot snapshot{.client_id = id_,
                                     .user_id = who->subject,
                                     .tenant_id = who->tenant_id,
                                     .is_stranger = is_stranger,
                                     .transport = "websocket",
                                     .connected_at = connected_at};
    for (const std::string& topic : topics) snapshot.subscriptions.push_back({.topic = topic});
    return snapshot;
  }
  const auth::Identity& identity() const override { return *who; }
  void OnRulesChanged() override {}
  void Disconnect(session::CloseCode code, std::string_view) override { closed = code; }

  std::vector<std::string> topics;
  auth::IdentityPtr who = auth::Anonymous();
  bool is_stranger = false;
  absl::Time connected_at = absl::UnixEpoch();
  std::optional<session::CloseCode> closed;

 private:
  const std::string id_;
};

}  // namespace spanwire::admin

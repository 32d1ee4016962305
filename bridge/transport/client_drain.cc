#include "bridge/transport/client_drain.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "bridge/model/cursor.h"
#include "bridge/model/topic_name.h"

namespace spanwire::transport {

void ClientDrain::Start(absl::Duration window) {
  // A poll that is only just reading is in no list yet: it must not begin to wait.
  context_.registry.BeginDrain();
  // A read completes behind everything that was published before it.
  context_.shard.Read(context_.settings.topics->Intern("", model::kBridgeTopic), model::kMaxOffset, {},
                      [this, window](const absl::StatusOr<broker::Page>&) { Begin(window); });
}

void ClientDrain::Begin(absl::Duration window) {
  context_.registry.ForEach([this](const session::Client& client) { client_ids_.push_back(client.client_id()); });
  if (client_ids_.empty()) return;
  std::shuffle(client_ids_.begin(), client_ids_.end(), std::minstd_rand(std::random_device{}()));
  each_ = std::min(kEach, window / static_cast<double>(client_ids_.size()));
  begun_ = absl::Now();
  OnTimer();
}

void ClientDrain::OnTimer() {
  const absl::Duration elapsed = absl::Now() - begun_;
  for (; told_ < client_ids_.size() && elapsed >= each_ * static_cast<double>(told_); ++told_) {
    if (session::Client* client = context_.registry.Find(client_ids_[told_])) {
      client->Disconnect(session::CloseCode::kRestart, "the bridge restarts");
    }
  }
  // The wheel turns while there are connections, and without them nobody is left to tell.
  if (told_ < client_ids_.size()) context_.wheel.Arm(*this, std::chrono::steady_clock::now() + ShardContext::kTick);
}

}  // namespace spanwire::transport

#include "bridge/session/registry.h"

#include <atomic>
#include <utility>

#include "bridge/model/absl_view.h"

namespace spanwire::session {

void Registry::Add(Client& client) {
  clients_.emplace(client.client_id(), &client);
  for (ClientObserver* observer : observers_) observer->OnOpened(client);
}

void Registry::Remove(Client& client, int close_code, std::string_view reason) {
  if (clients_.erase(client.client_id()) == 0) return;
  for (ClientObserver* observer : observers_) observer->OnClosed(client, close_code, reason);
}

void Registry::Identified(const Client& client, const FormerIdentity& former) const {
  if (observers_.empty() || !clients_.contains(client.client_id())) return;
  for (ClientObserver* observer : observers_) observer->OnIdentified(client, former);
}

void Registry::TopicJoined(const Client& client, std::string_view topic) const {
  if (observers_.empty() || !clients_.contains(client.client_id())) return;
  for (ClientObserver* observer : observers_) observer->OnTopicJoined(client, topic);
}

void Registry::TopicLeft(const Client& client, std::string_view topic) const {
  if (observers_.empty() || !clients_.contains(client.client_id())) return;
  for (ClientObserver* observer : observers_) observer->OnTopicLeft(client, topic);
}

Client* Registry::Find(std::string_view client_id) const {
  auto found = clients_.find(model::ToAbsl(client_id));
  return found == clients_.end() ? nullptr : found->second;
}

void Registry::ForEach(const std::function<void(Client&)>& visit) const {
  std::vector<std::string> ids;
  ids.reserve(clients_.size());
  for (const auto& [id, client] : clients_) ids.push_back(id);
  for (const std::string& id : ids) {
    if (Client* client = Find(id)) visit(*client);
  }
}

Directory::Directory(fanout::Fanout& fanout) : fanout_(fanout) {
  for (size_t i = 0; i < fanout.size(); ++i) registries_.push_back(std::make_unique<Registry>());
}

void Directory::Visit(std::function<void(fanout::Shard&, Registry&)> visit, absl::AnyInvocable<void()> done) {
  struct Round {
    std::function<void(fanout::Shard&, Registry&)> visit;
    absl::AnyInvocable<void()> done;
    std::atomic<size_t> left;
  };
  auto round = std::make_shared<Round>();
  round->visit = std::move(visit);
  round->done = std::move(done);
  round->left = fanout_.size();
  for (size_t i = 0; i < fanout_.size(); ++i) {
    fanout::Shard& shard = fanout_.shard(i);
    shard.Post([this, round, &shard] {
      round->visit(shard, registry(shard));
      if (round->left.fetch_sub(1) == 1) round->done();
    });
  }
}

}  // namespace spanwire::session

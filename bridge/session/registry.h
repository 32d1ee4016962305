#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "bridge/fanout/fanout.h"
#include "bridge/session/client.h"

namespace spanwire::session {

// Told when clients come and go. Called on the shard's thread; must not call back into the registry.
class ClientObserver {
 public:
  virtual ~ClientObserver() = default;
  virtual void OnOpened(const Client& client) = 0;
  // 1006 where the peer vanished (RFC 6455, section 7.1.5).
  virtual void OnClosed(const Client& client, int close_code, std::string_view reason) = 0;
  // An open client that nobody knew has shown who it is.
  virtual void OnIdentified(const Client& /*client*/, const FormerIdentity& /*former*/) {}
  // An open client has one topic more, or less. Those that it has when it opens or closes are not told one by one.
  virtual void OnTopicJoined(const Client& /*client*/, std::string_view /*topic*/) {}
  virtual void OnTopicLeft(const Client& /*client*/, std::string_view /*topic*/) {}
};

// The clients of one shard. Shard thread only.
class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  void Add(Client& client);
  void Remove(Client& client, int close_code, std::string_view reason);
  // Ignored for clients that are not here, as the two below.
  void Identified(const Client& client, const FormerIdentity& former) const;
  void TopicJoined(const Client& client, std::string_view topic) const;
  void TopicLeft(const Client& client, std::string_view topic) const;
  Client* Find(std::string_view client_id) const;
  size_t size() const { return clients_.size(); }
  // Clients that are closed from within `visit` may be removed at once.
  void ForEach(const std::function<void(Client&)>& visit) const;

  // The bridge is going away: nobody begins to wait here any more.
  void BeginDrain() { draining_ = true; }
  bool draining() const { return draining_; }

  // The observer must be removed before it is destroyed.
  void AddObserver(ClientObserver* observer) { observers_.push_back(observer); }
  void RemoveObserver(ClientObserver* observer) { std::erase(observers_, observer); }

 private:
  absl::flat_hash_map<std::string, Client*> clients_;
  std::vector<ClientObserver*> observers_;
  bool draining_ = false;
};

// The registries of all shards, for those who look at all clients: the admin service, the drain. Thread safe.
class Directory {
 public:
  explicit Directory(fanout::Fanout& fanout);

  // Shard thread only.
  Registry& registry(const fanout::Shard& shard) { return *registries_[static_cast<size_t>(shard.index())]; }

  // Runs `visit` once per shard, on the shard's thread; calls may run at the same time. `done` runs after the last, on
  // one of those threads.
  void Visit(std::function<void(fanout::Shard&, Registry&)> visit, absl::AnyInvocable<void()> done);

 private:
  fanout::Fanout& fanout_;
  std::vector<std::unique_ptr<Registry>> registries_;
};

}  // namespace spanwire::session

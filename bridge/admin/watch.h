#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include "bridge/admin/stream.h"
#include "bridge/model/clock.h"
#include "bridge/session/registry.h"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::admin {

// Tells an administrator of connections that open, show who they are and close, and where the filter names a topic, of
// those that join and leave it in between. Registered with every shard, so its calls come from several threads at a
// time.
class Watch final : public session::ClientObserver, public std::enable_shared_from_this<Watch> {
 public:
  using Writer = Stream<v1::WatchConnectionsResponse>;

  Watch(std::shared_ptr<Writer> stream, v1::ConnectionFilter filter, session::Directory& directory,
        const model::Clock& clock);

  // Tells of those that are open and begins to watch. The watch lives until its stream is gone.
  void Start();

  void OnOpened(const session::Client& client) override;
  void OnClosed(const session::Client& client, int close_code, std::string_view reason) override;
  void OnIdentified(const session::Client& client, const session::FormerIdentity& former) override;
  void OnTopicJoined(const session::Client& client, std::string_view topic) override;
  void OnTopicLeft(const session::Client& client, std::string_view topic) override;

 private:
  void Tell(v1::WatchConnectionsResponse::Kind kind, const session::ClientSnapshot& client, int close_code = 0,
            std::string_view reason = "");

  const std::shared_ptr<Writer> stream_;
  const v1::ConnectionFilter filter_;
  session::Directory& directory_;
  const model::Clock& clock_;
  std::atomic<uint64_t> missed_{0};
};

}  // namespace spanwire::admin

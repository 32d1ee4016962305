#include "bridge/admin/watch.h"

#include <utility>

#include "bridge/admin/connection_filter.h"
#include "bridge/admin/proto_time.h"

namespace spanwire::admin {

Watch::Watch(std::shared_ptr<Writer> stream, v1::ConnectionFilter filter, session::Directory& directory,
             const model::Clock& clock)
    : stream_(std::move(stream)), filter_(std::move(filter)), directory_(directory), clock_(clock) {}

void Watch::Start() {
  const std::shared_ptr<Watch> self = shared_from_this();
  stream_->Begin({.gone = [self] {
    self->directory_.Visit([self](fanout::Shard&, session::Registry& registry) { registry.RemoveObserver(self.get()); },
                           [self] {});
  }});
  directory_.Visit(
      [self](fanout::Shard&, session::Registry& registry) {
        registry.ForEach([&](session::Client& client) {
          const session::ClientSnapshot snapshot = client.Describe();
          if (Matches(self->filter_, snapshot)) self->Tell(v1::WatchConnectionsResponse::KIND_EXISTING, snapshot);
        });
        registry.AddObserver(self.get());
      },
      [self] {});
}

void Watch::OnOpened(const session::Client& client) {
  const session::ClientSnapshot snapshot = client.Describe();
  if (Matches(filter_, snapshot)) Tell(v1::WatchConnectionsResponse::KIND_OPENED, snapshot);
}

void Watch::OnClosed(const session::Client& client, int close_code, std::string_view reason) {
  const session::ClientSnapshot snapshot = client.Describe();
  if (Matches(filter_, snapshot)) Tell(v1::WatchConnectionsResponse::KIND_CLOSED, snapshot, close_code, reason);
}

void Watch::OnIdentified(const session::Client& client, const session::FormerIdentity& former) {
  const session::ClientSnapshot snapshot = client.Describe();
  if (Matches(filter_, snapshot)) return Tell(v1::WatchConnectionsResponse::KIND_IDENTIFIED, snapshot);
  // Who it is now may be none of the watcher's business.
  session::ClientSnapshot before = snapshot;
  before.user_id = former.identity->subject;
  before.tenant_id = former.identity->tenant_id;
  before.is_stranger = former.was_stranger;
  if (Matches(filter_, before)) Tell(v1::WatchConnectionsResponse::KIND_LEFT, before);
}

void Watch::OnTopicJoined(const session::Client& client, std::string_view topic) {
  if (topic != filter_.topic()) return;
  const session::ClientSnapshot snapshot = client.Describe();
  if (Matches(filter_, snapshot)) Tell(v1::WatchConnectionsResponse::KIND_JOINED, snapshot);
}

void Watch::OnTopicLeft(const session::Client& client, std::string_view topic) {
  if (topic != filter_.topic()) return;
  const session::ClientSnapshot snapshot = client.Describe();
  v1::ConnectionFilter others = filter_;
  others.clear_topic();
  if (Matches(others, snapshot)) Tell(v1::WatchConnectionsResponse::KIND_LEFT, snapshot);
}

void Watch::Tell(v1::WatchConnectionsResponse::Kind kind, const session::ClientSnapshot& client, int close_code,
                 std::string_view reason) {
  if (const uint64_t missed = missed_.exchange(0); missed > 0) {
    v1::WatchConnectionsResponse note;
    note.set_kind(v1::WatchConnectionsResponse::KIND_MISSED);
    note.set_missed(missed);
    *note.mutable_at() = ToProto(clock_.Now());
    if (!stream_->Push(std::move(note))) missed_ += missed;
  }
  v1::WatchConnectionsResponse change;
  change.set_kind(kind);
  *change.mutable_connection() = ToProto(client);
  *change.mutable_at() = ToProto(clock_.Now());
  change.set_close_code(close_code);
  change.set_close_reason(std::string(reason));
  if (!stream_->Push(std::move(change))) ++missed_;
}

}  // namespace spanwire::admin

// The calls of AdminService about connections. What they tell is gathered on the shards' threads, each looking at its
// own.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/admin/admin_service.h"
#include "bridge/admin/connection_filter.h"
#include "bridge/admin/connection_pages.h"
#include "bridge/admin/paging.h"
#include "bridge/admin/refusal.h"
#include "bridge/admin/watch.h"

namespace spanwire::admin {
namespace {

constexpr size_t kMaxReasonBytes = 100;
constexpr size_t kMaxClosedIds = 1000;

// What the shards found, in no order.
template <typename Item>
class Gathered {
 public:
  void Add(std::vector<Item> found) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    std::move(found.begin(), found.end(), std::back_inserter(items_));
  }
  std::vector<Item> Take() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::move(items_);
  }

 private:
  absl::Mutex mutex_;
  std::vector<Item> items_ ABSL_GUARDED_BY(mutex_);
};

absl::Status CheckClose(const v1::CloseConnectionsRequest& request) {
  if (IsEmpty(request.filter()) && !request.all()) {
    return BadField("filter", "EMPTY_FILTER", "the filter is empty: name connections, or set `all` to close every one");
  }
  if (request.reason().size() > kMaxReasonBytes) {
    return BadField("reason", "BAD_REASON", "reason is at most 100 bytes");
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::ListConnections(grpc::CallbackServerContext* call,
                                                        const v1::ListConnectionsRequest* request,
                                                        v1::ListConnectionsResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return Refuse(call, caller.status());
  if (const absl::Status valid = CheckPageSize(request->page_size()); !valid.ok()) return Refuse(call, valid);
  if (const absl::Status valid = CheckConnectionToken(request->page_token()); !valid.ok()) return Refuse(call, valid);
  const auto filter = ScopedTo(*caller, request->filter());
  if (!filter.ok()) return Refuse(call, filter.status());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  auto gathered = std::make_shared<Gathered<session::ClientSnapshot>>();
  context_.directory.Visit(
      [gathered, filter = *filter](fanout::Shard&, session::Registry& registry) {
        std::vector<session::ClientSnapshot> own;
        registry.ForEach([&](session::Client& client) {
          session::ClientSnapshot snapshot = client.Describe();
          if (Matches(filter, snapshot)) own.push_back(std::move(snapshot));
        });
        gathered->Add(std::move(own));
      },
      [this, gathered, request, response, reactor] {
        // Not here, on a shard's thread: these are the connections of all shards.
        boost::asio::post(desk_, [gathered, request, response, reactor] {
          std::vector<session::ClientSnapshot> clients = gathered->Take();
          response->set_total_size(static_cast<int32_t>(clients.size()));
          response->set_next_page_token(TakeConnectionPage(clients, request->page_size(), request->page_token()));
          for (const session::ClientSnapshot& client : clients) *response->add_connections() = ToProto(client);
          reactor->Finish(grpc::Status::OK);
        });
      });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::GetConnection(grpc::CallbackServerContext* call,
                                                      const v1::GetConnectionRequest* request,
                                                      v1::GetConnectionResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return Refuse(call, caller.status());
  if (request->client_id().empty()) {
    return Refuse(call, BadField("client_id", "MISSING_CLIENT_ID", "client_id is empty: name a connection"));
  }
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  auto gathered = std::make_shared<Gathered<session::ClientSnapshot>>();
  context_.directory.Visit(
      [gathered, request, caller = *caller](fanout::Shard&, session::Registry& registry) {
        const session::Client* client = registry.Find(request->client_id());
        if (client == nullptr) return;
        session::ClientSnapshot snapshot = client->Describe();
        // Another tenant's is as if it were not.
        if (caller.CheckTenant(snapshot.tenant_id).ok()) gathered->Add({std::move(snapshot)});
      },
      [gathered, request, response, reactor] {
        const std::vector<session::ClientSnapshot> clients = gathered->Take();
        if (clients.empty()) {
          reactor->Finish(rpc::ToGrpcStatus(model::MakeError(
              absl::StatusCode::kNotFound,
              fmt::format("no connection \"{}\": it may have ended, list the live ones", request->client_id()),
              {.reason = "CONNECTION_NOT_FOUND", .metadata = {{"client_id", request->client_id()}}})));
          return;
        }
        *response->mutable_connection() = ToProto(clients.front());
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerWriteReactor<v1::WatchConnectionsResponse>* AdminService::WatchConnections(
    grpc::CallbackServerContext* call, const v1::WatchConnectionsRequest* request) {
  auto stream = Watch::Writer::Open();
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return stream->Refuse(caller.status());
  const auto filter = ScopedTo(*caller, request->filter());
  if (!filter.ok()) return stream->Refuse(filter.status());
  if (!streams_.Add(stream)) return stream->Refuse(Closing());
  std::make_shared<Watch>(stream, *filter, context_.directory, *context_.settings.clock)->Start();
  stream->EndWith(context_.gate.streams(), caller->identity);
  return stream.get();
}

grpc::ServerUnaryReactor* AdminService::CloseConnections(grpc::CallbackServerContext* call,
                                                         const v1::CloseConnectionsRequest* request,
                                                         v1::CloseConnectionsResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminWrite);
  if (!caller.ok()) return Refuse(call, caller.status());
  if (const absl::Status valid = CheckClose(*request); !valid.ok()) return Refuse(call, valid);
  const auto filter = ScopedTo(*caller, request->filter());
  if (!filter.ok()) return Refuse(call, filter.status());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  auto closed = std::make_shared<Gathered<std::string>>();
  const std::string reason = request->reason().empty() ? "closed by an administrator" : request->reason();
  const auto code = request->reconnect() ? session::CloseCode::kRestart : session::CloseCode::kDisconnectedByAdmin;
  context_.directory.Visit(
      [closed, filter = *filter, reason, code](fanout::Shard&, session::Registry& registry) {
        std::vector<std::string> own;
        registry.ForEach([&](session::Client& client) {
          if (!Matches(filter, client.Describe())) return;
          own.push_back(client.client_id());
          client.Disconnect(code, reason);
        });
        closed->Add(std::move(own));
      },
      [closed, response, reactor] {
        std::vector<std::string> ids = closed->Take();
        response->set_closed(static_cast<int32_t>(ids.size()));
        if (ids.size() > kMaxClosedIds) ids.resize(kMaxClosedIds);
        for (std::string& id : ids) response->add_client_ids(std::move(id));
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

}  // namespace spanwire::admin

#include "bridge/admin/admin_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/admin/connection_filter.h"
#include "bridge/admin/connection_pages.h"
#include "bridge/admin/paging.h"
#include "bridge/admin/proto_time.h"
#include "bridge/admin/tail.h"
#include "bridge/admin/topic_view.h"
#include "bridge/admin/watch.h"
#include "bridge/ingest/grpc_status.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/topic_name.h"

namespace spanwire::admin {
namespace {

using ingest::ToGrpcStatus;

constexpr size_t kMaxReasonBytes = 100;
constexpr int kMaxTailTopics = 128;
constexpr uint32_t kMaxTailHistory = 1000;
constexpr int kMaxClosedIds = 1000;

absl::Status BadField(std::string_view field, std::string_view reason, std::string_view sentence) {
  return model::MakeError(absl::StatusCode::kInvalidArgument, sentence,
                          {.reason = std::string(reason), .metadata = {{"field", std::string(field)}}});
}

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* call, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

// Clients of all shards that match, gathered on the shards' threads.
struct Gathered {
  absl::Mutex mutex;
  std::vector<session::ClientSnapshot> clients ABSL_GUARDED_BY(mutex);

  void Add(session::ClientSnapshot client) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    clients.push_back(std::move(client));
  }
  std::vector<session::ClientSnapshot> Take() ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    return std::move(clients);
  }
};

absl::Status CheckTail(const v1::TailTopicsRequest& request) {
  if (request.topics().empty() || request.topics_size() > kMaxTailTopics) {
    return BadField("topics", "BAD_TOPIC", "give 1 to 128 topics to tail");
  }
  for (const std::string& topic : request.topics()) {
    if (const absl::Status valid = model::ValidateTopic(topic); !valid.ok()) {
      return BadField("topics", "BAD_TOPIC", model::ToStd(valid.message()));
    }
  }
  if (!request.since().empty()) {
    if (const auto cursor = model::ParseCursor(request.since()); !cursor.ok()) {
      return BadField("since", "BAD_CURSOR", model::ToStd(cursor.status().message()));
    }
  }
  if (request.history() > kMaxTailHistory) return BadField("history", "BAD_HISTORY", "history is at most 1000 events");
  return absl::OkStatus();
}

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

void AdminService::Drain() {
  streams_.EndAll();
}

grpc::ServerUnaryReactor* AdminService::ListConnections(grpc::CallbackServerContext* call,
                                                        const v1::ListConnectionsRequest* request,
                                                        v1::ListConnectionsResponse* response) {
  if (const absl::Status valid = CheckPageSize(request->page_size()); !valid.ok()) return Finish(call, valid);
  if (const absl::Status valid = CheckConnectionToken(request->page_token()); !valid.ok()) return Finish(call, valid);
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  auto gathered = std::make_shared<Gathered>();
  context_.directory.Visit(
      [gathered, request](fanout::Shard&, session::Registry& registry) {
        registry.ForEach([&](session::Client& client) {
          session::ClientSnapshot snapshot = client.Describe();
          if (Matches(request->filter(), snapshot)) gathered->Add(std::move(snapshot));
        });
      },
      [gathered, request, response, reactor] {
        std::vector<session::ClientSnapshot> clients = gathered->Take();
        response->set_total_size(static_cast<int32_t>(clients.size()));
        response->set_next_page_token(TakeConnectionPage(clients, request->page_size(), request->page_token()));
        for (const session::ClientSnapshot& client : clients) *response->add_connections() = ToProto(client);
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::GetConnection(grpc::CallbackServerContext* call,
                                                      const v1::GetConnectionRequest* request,
                                                      v1::GetConnectionResponse* response) {
  if (request->client_id().empty()) {
    return Finish(call, BadField("client_id", "MISSING_CLIENT_ID", "client_id is empty: name a connection"));
  }
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  auto gathered = std::make_shared<Gathered>();
  context_.directory.Visit(
      [gathered, request](fanout::Shard&, session::Registry& registry) {
        if (const session::Client* client = registry.Find(request->client_id())) gathered->Add(client->Describe());
      },
      [gathered, request, response, reactor] {
        const std::vector<session::ClientSnapshot> clients = gathered->Take();
        if (clients.empty()) {
          reactor->Finish(ToGrpcStatus(model::MakeError(
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
    grpc::CallbackServerContext*, const v1::WatchConnectionsRequest* request) {
  auto stream = Watch::Writer::Open();
  auto watch = std::make_shared<Watch>(stream, request->filter(), context_.directory, *context_.settings.clock);
  if (streams_.Add(stream)) {
    watch->Start();
  } else {
    stream->Begin({});
  }
  return stream.get();
}

grpc::ServerUnaryReactor* AdminService::CloseConnections(grpc::CallbackServerContext* call,
                                                         const v1::CloseConnectionsRequest* request,
                                                         v1::CloseConnectionsResponse* response) {
  if (const absl::Status valid = CheckClose(*request); !valid.ok()) return Finish(call, valid);
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  auto gathered = std::make_shared<Gathered>();
  const std::string reason = request->reason().empty() ? "closed by an administrator" : request->reason();
  const auto code = request->reconnect() ? session::CloseCode::kRestart : session::CloseCode::kDisconnectedByAdmin;
  context_.directory.Visit(
      [gathered, request, reason, code](fanout::Shard&, session::Registry& registry) {
        registry.ForEach([&](session::Client& client) {
          session::ClientSnapshot snapshot = client.Describe();
          if (!Matches(request->filter(), snapshot)) return;
          client.Disconnect(code, reason);
          gathered->Add(std::move(snapshot));
        });
      },
      [gathered, response, reactor] {
        const std::vector<session::ClientSnapshot> closed = gathered->Take();
        response->set_closed(static_cast<int32_t>(closed.size()));
        for (const session::ClientSnapshot& client : closed) {
          if (response->client_ids_size() == kMaxClosedIds) break;
          response->add_client_ids(client.client_id);
        }
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::ListTopics(grpc::CallbackServerContext* call,
                                                   const v1::ListTopicsRequest* request,
                                                   v1::ListTopicsResponse* response) {
  if (const absl::Status valid = CheckPageSize(request->page_size()); !valid.ok()) return Finish(call, valid);
  const std::string pattern = request->pattern().empty() ? "*" : request->pattern();
  if (const absl::Status valid = model::ValidateTopicPattern(pattern); !valid.ok()) {
    return Finish(call, BadField("pattern", "BAD_PATTERN", model::ToStd(valid.message())));
  }
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  ViewTopics(context_, {.tenant = request->tenant_id(), .pattern = pattern},
             [request, response, reactor](absl::StatusOr<std::vector<v1::Topic>> topics) {
               if (!topics.ok()) {
                 reactor->Finish(ToGrpcStatus(topics.status()));
                 return;
               }
               response->set_total_size(static_cast<int32_t>(topics->size()));
               response->set_next_page_token(TakePage(*topics, request->page_size(), request->page_token(),
                                                      [](const v1::Topic& topic) { return topic.name(); }));
               for (v1::Topic& topic : *topics) *response->add_topics() = std::move(topic);
               reactor->Finish(grpc::Status::OK);
             });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::GetTopic(grpc::CallbackServerContext* call, const v1::GetTopicRequest* request,
                                                 v1::GetTopicResponse* response) {
  if (const absl::Status valid = model::ValidateTopic(request->name()); !valid.ok()) {
    return Finish(call, BadField("name", "BAD_TOPIC", model::ToStd(valid.message())));
  }
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  ViewTopics(context_, {.tenant = request->tenant_id(), .pattern = request->name()},
             [request, response, reactor](absl::StatusOr<std::vector<v1::Topic>> topics) {
               if (topics.ok() && topics->empty()) {
                 topics = model::MakeError(
                     absl::StatusCode::kNotFound,
                     fmt::format("topic \"{}\" has neither history nor subscribers on this bridge", request->name()),
                     {.reason = "TOPIC_NOT_FOUND", .metadata = {{"topic", request->name()}}});
               }
               if (topics.ok()) *response->mutable_topic() = std::move(topics->front());
               reactor->Finish(ToGrpcStatus(topics.status()));
             });
  return reactor;
}

grpc::ServerWriteReactor<v1::TailTopicsResponse>* AdminService::TailTopics(grpc::CallbackServerContext*,
                                                                           const v1::TailTopicsRequest* request) {
  auto stream = Tail::Writer::Open();
  if (const absl::Status valid = CheckTail(*request); !valid.ok()) {
    stream->Begin({});
    stream->End(ToGrpcStatus(valid));
  } else if (!streams_.Add(stream)) {
    stream->Begin({});
  } else {
    std::make_shared<Tail>(stream, context_.fanout.shard(0), context_.settings)->Start(*request);
  }
  return stream.get();
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
  return Finish(call, absl::OkStatus());
}

}  // namespace spanwire::admin

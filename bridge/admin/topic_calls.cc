// The calls of AdminService about topics.
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bridge/admin/admin_service.h"
#include "bridge/admin/history_view.h"
#include "bridge/admin/paging.h"
#include "bridge/admin/refusal.h"
#include "bridge/admin/tail.h"
#include "bridge/admin/topic_view.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/tenant_id.h"
#include "bridge/model/topic_name.h"

namespace spanwire::admin {
namespace {

constexpr int kMaxTailTopics = 128;
constexpr uint32_t kMaxTailHistory = 1000;

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
  return model::ValidateTenantId(request.tenant_id());
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::ListTopics(grpc::CallbackServerContext* call,
                                                   const v1::ListTopicsRequest* request,
                                                   v1::ListTopicsResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return Refuse(call, caller.status());
  if (const absl::Status valid = CheckPageSize(request->page_size()); !valid.ok()) return Refuse(call, valid);
  if (const absl::Status valid = model::ValidateTenantId(request->tenant_id()); !valid.ok()) return Refuse(call, valid);
  const std::string pattern = request->pattern().empty() ? "*" : request->pattern();
  if (const absl::Status valid = model::ValidateTopicPattern(pattern); !valid.ok()) {
    return Refuse(call, BadField("pattern", "BAD_PATTERN", model::ToStd(valid.message())));
  }
  const auto tenant = caller->TenantFor(request->tenant_id());
  if (!tenant.ok()) return Refuse(call, tenant.status());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  ViewTopics(context_, desk_, {.tenant = *tenant, .pattern = pattern},
             [request, response, reactor](absl::StatusOr<std::vector<v1::Topic>> topics) {
               if (!topics.ok()) {
                 reactor->Finish(rpc::ToGrpcStatus(topics.status()));
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
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return Refuse(call, caller.status());
  if (const absl::Status valid = model::ValidateTopic(request->name()); !valid.ok()) {
    return Refuse(call, BadField("name", "BAD_TOPIC", model::ToStd(valid.message())));
  }
  if (const absl::Status valid = model::ValidateTenantId(request->tenant_id()); !valid.ok()) return Refuse(call, valid);
  const auto tenant = caller->TenantFor(request->tenant_id());
  if (!tenant.ok()) return Refuse(call, tenant.status());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  ViewTopics(context_, desk_, {.tenant = *tenant, .pattern = request->name()},
             [request, response, reactor](absl::StatusOr<std::vector<v1::Topic>> topics) {
               if (topics.ok() && topics->empty()) {
                 topics = model::MakeError(
                     absl::StatusCode::kNotFound,
                     fmt::format("topic \"{}\" has neither history nor subscribers on this bridge", request->name()),
                     {.reason = "TOPIC_NOT_FOUND", .metadata = {{"topic", request->name()}}});
               }
               if (topics.ok()) *response->mutable_topic() = std::move(topics->front());
               reactor->Finish(rpc::ToGrpcStatus(topics.status()));
             });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::GetHistory(grpc::CallbackServerContext* call,
                                                   const v1::GetHistoryRequest* request,
                                                   v1::GetHistoryResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return Refuse(call, caller.status());
  if (const absl::Status valid = CheckHistoryRequest(*request); !valid.ok()) return Refuse(call, valid);
  const auto tenant = caller->TenantFor(request->tenant_id());
  if (!tenant.ok()) return Refuse(call, tenant.status());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  ViewHistory(context_, *tenant, *request, response,
              [reactor](const absl::Status& status) { reactor->Finish(rpc::ToGrpcStatus(status)); });
  return reactor;
}

grpc::ServerWriteReactor<v1::TailTopicsResponse>* AdminService::TailTopics(grpc::CallbackServerContext* call,
                                                                           const v1::TailTopicsRequest* request) {
  auto stream = Tail::Writer::Open();
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminRead);
  if (!caller.ok()) return stream->Refuse(caller.status());
  if (const absl::Status valid = CheckTail(*request); !valid.ok()) return stream->Refuse(valid);
  const auto tenant = caller->TenantFor(request->tenant_id());
  if (!tenant.ok()) return stream->Refuse(tenant.status());
  if (!streams_.Add(stream)) return stream->Refuse(Closing());
  std::make_shared<Tail>(stream, context_.fanout.shard(0), context_.settings)->Start(*tenant, *request);
  stream->EndWith(context_.gate.streams(), caller->identity);
  return stream.get();
}

}  // namespace spanwire::admin

#include "tests/unit/cli/fake_bridge.h"

#include <algorithm>
#include <set>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/health_check_service_interface.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "spanwire/v1/options.pb.h"

namespace spanwire::cli {
namespace {

// Plays a script. Deletes itself.
template <class Response>
class Player final : public grpc::ServerWriteReactor<Response> {
 public:
  Player(grpc::Status refusal, Script<Response> script) : script_(std::move(script)) {
    refusal.ok() ? Next() : End(std::move(refusal));
  }

  void OnWriteDone(bool ok) override { ok ? Next() : End(grpc::Status::CANCELLED); }
  void OnCancel() override { End(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (script_.repeat && next_ == script_.messages.size()) --next_;
    if (next_ < script_.messages.size()) {
      this->StartWrite(&script_.messages[next_++]);
    } else if (!script_.hold) {
      End(script_.end);
    }
  }

  void End(grpc::Status status) {
    {
      const absl::MutexLock lock(&mutex_);
      if (std::exchange(ended_, true)) return;
    }
    this->Finish(std::move(status));
  }

  Script<Response> script_;
  size_t next_ = 0;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// Pages by index: the token is the index of the next item.
template <class Request, class Response, class Item>
void AnswerPage(const Request& request, const std::vector<Item>& all, Response& response,
                google::protobuf::RepeatedPtrField<Item>& items) {
  const size_t begin = request.page_token().empty() ? 0 : std::stoul(request.page_token());
  const size_t size = request.page_size() == 0 ? 100 : static_cast<size_t>(request.page_size());
  const size_t end = std::min(all.size(), begin + size);
  for (size_t i = begin; i < end; ++i) *items.Add() = all[i];
  if (end < all.size()) response.set_next_page_token(std::to_string(end));
  response.set_total_size(static_cast<int>(all.size()));
}

// A dependency after what needs it, so that nobody relies on the order.
void AddFiles(const google::protobuf::FileDescriptor& file, std::set<std::string>& seen,
              google::protobuf::FileDescriptorSet& files) {
  if (!seen.insert(file.name()).second) return;
  file.CopyTo(files.add_file());
  for (int i = 0; i < file.dependency_count(); ++i) AddFiles(*file.dependency(i), seen, files);
}

v1::Schema Describe(const google::protobuf::Descriptor& descriptor) {
  v1::Schema schema;
  schema.set_name(descriptor.full_name());
  schema.set_source("builtin");
  *schema.mutable_event() = descriptor.options().GetExtension(v1::event);
  return schema;
}

}  // namespace

grpc::Status Refusal(grpc::StatusCode code, const std::string& message, const std::string& reason, int retry_seconds) {
  google::rpc::Status rich;
  rich.set_code(code);
  rich.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("spanwire");
  rich.add_details()->PackFrom(info);
  if (retry_seconds != 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_seconds);
    rich.add_details()->PackFrom(retry);
  }
  return {code, message, rich.SerializeAsString()};
}

grpc::Status FakeAdmin::ListConnections(grpc::ServerContext* context, const v1::ListConnectionsRequest* request,
                                        v1::ListConnectionsResponse* response) {
  ++list_calls;
  authorization.clear();
  for (const auto& [name, value] : context->client_metadata()) {
    if (name == "authorization") authorization.append(value.data(), value.size());
  }
  list_request = *request;
  if (refusal.ok()) AnswerPage(*request, connections, *response, *response->mutable_connections());
  return refusal;
}

grpc::Status FakeAdmin::GetConnection(grpc::ServerContext*, const v1::GetConnectionRequest* request,
                                      v1::GetConnectionResponse* response) {
  if (!refusal.ok()) return refusal;
  for (const v1::Connection& connection : connections) {
    if (connection.client_id() != request->client_id()) continue;
    *response->mutable_connection() = connection;
    return grpc::Status::OK;
  }
  return Refusal(grpc::StatusCode::NOT_FOUND, "no connection has this id now", "CONNECTION_NOT_FOUND");
}

grpc::Status FakeAdmin::CloseConnections(grpc::ServerContext*, const v1::CloseConnectionsRequest* request,
                                         v1::CloseConnectionsResponse* response) {
  ++close_calls;
  close_request = *request;
  *response = closed;
  return refusal;
}

grpc::Status FakeAdmin::RevokeTokens(grpc::ServerContext*, const v1::RevokeTokensRequest* request,
                                     v1::RevokeTokensResponse* response) {
  revoke_request = *request;
  *response = revoked;
  return refusal;
}

grpc::Status FakeAdmin::ListTopics(grpc::ServerContext*, const v1::ListTopicsRequest* request,
                                   v1::ListTopicsResponse* response) {
  topics_request = *request;
  if (refusal.ok()) AnswerPage(*request, topics, *response, *response->mutable_topics());
  return refusal;
}

grpc::Status FakeAdmin::GetTopic(grpc::ServerContext*, const v1::GetTopicRequest* request,
                                 v1::GetTopicResponse* response) {
  for (const v1::Topic& topic : topics) {
    if (topic.name() != request->name()) continue;
    *response->mutable_topic() = topic;
    return grpc::Status::OK;
  }
  return Refusal(grpc::StatusCode::NOT_FOUND, "the topic has neither history nor subscribers", "TOPIC_NOT_FOUND");
}

grpc::Status FakeAdmin::GetHistory(grpc::ServerContext*, const v1::GetHistoryRequest* request,
                                   v1::GetHistoryResponse* response) {
  history_request = *request;
  if (!refusal.ok()) return refusal;
  AnswerPage(*request, stored, *response, *response->mutable_events());
  if (!topics.empty()) *response->mutable_topic() = topics.front();
  response->set_head_offset(99);
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::Drain(grpc::ServerContext*, const v1::DrainRequest*, v1::DrainResponse* response) {
  ++drain_calls;
  *response = drain;
  return refusal;
}

grpc::Status FakeAdmin::GetStats(grpc::ServerContext*, const v1::GetStatsRequest*, v1::GetStatsResponse* response) {
  *response = stats;
  return refusal;
}

grpc::ServerWriteReactor<v1::WatchConnectionsResponse>* FakeAdmin::WatchConnections(
    grpc::CallbackServerContext*, const v1::WatchConnectionsRequest* request) {
  watch_request = *request;
  return new Player<v1::WatchConnectionsResponse>(refusal, watch);
}

grpc::ServerWriteReactor<v1::TailTopicsResponse>* FakeAdmin::TailTopics(grpc::CallbackServerContext*,
                                                                        const v1::TailTopicsRequest* request) {
  tail_request = *request;
  return new Player<v1::TailTopicsResponse>(refusal, tail);
}

grpc::Status FakePublisher::Publish(grpc::ServerContext*, const v1::PublishRequest* received,
                                    v1::PublishResponse* response) {
  ++calls;
  request = *received;
  *response = answer;
  return refusal;
}

grpc::Status FakeSchema::ListSchemas(grpc::ServerContext*, const v1::ListSchemasRequest* request,
                                     v1::ListSchemasResponse* response) {
  list_request = *request;
  *response->add_schemas() = Describe(*v1::Alert::descriptor());
  *response->add_schemas() = Describe(*v1::StatsUpdate::descriptor());
  return grpc::Status::OK;
}

grpc::Status FakeSchema::GetSchema(grpc::ServerContext*, const v1::GetSchemaRequest* request,
                                   v1::GetSchemaResponse* response) {
  const google::protobuf::Descriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(request->name());
  if (descriptor == nullptr) {
    return Refusal(grpc::StatusCode::NOT_FOUND, "the bridge knows no such message type", "SCHEMA_NOT_FOUND");
  }
  *response->mutable_schema() = Describe(*descriptor);
  std::set<std::string> seen;
  AddFiles(*descriptor->file(), seen, *response->mutable_files());
  return grpc::Status::OK;
}

FakeBridge::FakeBridge() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&admin);
  builder.RegisterService(&publisher);
  builder.RegisterService(&schema);
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeBridge::~FakeBridge() {
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

void FakeBridge::SetServing(const std::string& service, bool serving) {
  if (service.empty()) return server_->GetHealthCheckService()->SetServingStatus(serving);
  server_->GetHealthCheckService()->SetServingStatus(service, serving);
}

}  // namespace spanwire::cli

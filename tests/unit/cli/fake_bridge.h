#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "spanwire/v1/admin.grpc.pb.h"
#include "spanwire/v1/publisher.grpc.pb.h"
#include "spanwire/v1/schema.grpc.pb.h"

namespace spanwire::cli {

// A status as the bridge sends it, with google.rpc.ErrorInfo and, where `retry_seconds` is not 0, RetryInfo.
grpc::Status Refusal(grpc::StatusCode code, const std::string& message, const std::string& reason,
                     int retry_seconds = 0);

// What a stream of the fake sends.
template <class Response>
struct Script {
  std::vector<Response> messages;
  bool hold = true;     // stays open after the messages, until the client goes
  bool repeat = false;  // sends the last message again and again, until the client goes
  grpc::Status end;     // where it does not hold
};

// The admin service, as told by its public members. Set them before the call; look at the requests after it.
using AdminBase = v1::AdminService::WithCallbackMethod_WatchConnections<
    v1::AdminService::WithCallbackMethod_TailTopics<v1::AdminService::Service>>;
class FakeAdmin final : public AdminBase {
 public:
  grpc::Status refusal;  // where not OK: the answer to everything
  std::vector<v1::Connection> connections;
  std::vector<v1::Topic> topics;
  std::vector<v1::StoredEvent> stored;  // the history of the first topic
  v1::DrainResponse drain;
  v1::GetStatsResponse stats;
  v1::CloseConnectionsResponse closed;
  v1::RevokeTokensResponse revoked;
  Script<v1::WatchConnectionsResponse> watch;
  Script<v1::TailTopicsResponse> tail;

  int list_calls = 0;
  v1::ListConnectionsRequest list_request;  // the last one, as the other requests
  v1::ListTopicsRequest topics_request;
  v1::GetHistoryRequest history_request;
  int drain_calls = 0;
  v1::CloseConnectionsRequest close_request;
  v1::RevokeTokensRequest revoke_request;
  std::string authorization;  // metadata of the last ListConnections
  int close_calls = 0;
  v1::WatchConnectionsRequest watch_request;
  v1::TailTopicsRequest tail_request;

 private:
  grpc::Status ListConnections(grpc::ServerContext*, const v1::ListConnectionsRequest* request,
                               v1::ListConnectionsResponse* response) override;
  grpc::Status GetConnection(grpc::ServerContext*, const v1::GetConnectionRequest* request,
                             v1::GetConnectionResponse* response) override;
  grpc::Status CloseConnections(grpc::ServerContext*, const v1::CloseConnectionsRequest* request,
                                v1::CloseConnectionsResponse* response) override;
  grpc::Status RevokeTokens(grpc::ServerContext*, const v1::RevokeTokensRequest* request,
                            v1::RevokeTokensResponse* response) override;
  grpc::Status ListTopics(grpc::ServerContext*, const v1::ListTopicsRequest* request,
                          v1::ListTopicsResponse* response) override;
  grpc::Status GetTopic(grpc::ServerContext*, const v1::GetTopicRequest* request,
                        v1::GetTopicResponse* response) override;
  grpc::Status GetHistory(grpc::ServerContext*, const v1::GetHistoryRequest* request,
                          v1::GetHistoryResponse* response) override;
  grpc::Status Drain(grpc::ServerContext*, const v1::DrainRequest*, v1::DrainResponse* response) override;
  grpc::Status GetStats(grpc::ServerContext*, const v1::GetStatsRequest*, v1::GetStatsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchConnectionsResponse>* WatchConnections(
      grpc::CallbackServerContext*, const v1::WatchConnectionsRequest* request) override;
  grpc::ServerWriteReactor<v1::TailTopicsResponse>* TailTopics(grpc::CallbackServerContext*,
                                                               const v1::TailTopicsRequest* request) override;
};

// Takes any event.
class FakePublisher final : public v1::PublisherService::Service {
 public:
  grpc::Status refusal;
  v1::PublishResponse answer;
  v1::PublishRequest request;
  int calls = 0;

 private:
  grpc::Status Publish(grpc::ServerContext*, const v1::PublishRequest* received,
                       v1::PublishResponse* response) override;
};

// Knows the built-in events, with all the files they need.
class FakeSchema final : public v1::SchemaService::Service {
 public:
  v1::ListSchemasRequest list_request;

 private:
  grpc::Status ListSchemas(grpc::ServerContext*, const v1::ListSchemasRequest* request,
                           v1::ListSchemasResponse* response) override;
  grpc::Status GetSchema(grpc::ServerContext*, const v1::GetSchemaRequest* request,
                         v1::GetSchemaResponse* response) override;
};

// A bridge inside the test, on a free port of loopback.
class FakeBridge {
 public:
  FakeBridge();
  ~FakeBridge();

  const std::string& address() const { return address_; }
  // How grpc.health.v1 tells of a service; empty: the whole.
  void SetServing(const std::string& service, bool serving);

  FakeAdmin admin;
  FakePublisher publisher;
  FakeSchema schema;

 private:
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace spanwire::cli

#pragma once

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpc/health/v1/health.pb.h"
#include "spanwire/security.h"
#include "spanwire/v1/admin.pb.h"
#include "spanwire/v1/publisher.pb.h"
#include "spanwire/v1/schema.pb.h"

namespace grpc {
class ClientContext;
class Status;
}  // namespace grpc

namespace spanwire::cli {

// Why a stream ended without an error.
enum class StreamEnd {
  kReaderHadEnough,  // `take` returned false, or nobody reads stdout any more
  kInterrupted,      // Ctrl-C or SIGTERM
  kBridgeEnded,
};

// Gets each message of a stream, on the calling thread; false ends the stream.
template <class Message>
using Take = absl::FunctionRef<bool(const Message&)>;

bool UsesTls(const Security& security);

// The bridge's gRPC services as plain calls, so that commands need to know nothing of gRPC. Calls block, up to the
// timeout; streams have no end of their own and the timeout is for reaching the bridge. Connects with the first call.
// For one thread.
//
// Credentials are read anew for each call; where they cannot be used it fails with Misuse(), and nothing is sent.
//
// Errors are absl::Status of the same code as the gRPC status. model::DetailOf() has the ErrorInfo's reason and
// metadata; RetryInfo adds "retry_after" and BadRequest adds "violations" to the metadata.
class BridgeClient {
 public:
  // Where the bridge is, and how to be let in.
  struct Destination {
    std::string server;  // "host:port"
    Security security;
  };

  // Where it is not known where to go, every call fails with that. Streams end when nobody reads `output` any more, a
  // descriptor or -1.
  BridgeClient(absl::StatusOr<Destination> destination, absl::Duration timeout, int output);
  ~BridgeClient();

  absl::StatusOr<v1::ListConnectionsResponse> ListConnections(const v1::ListConnectionsRequest& request);
  absl::StatusOr<v1::GetConnectionResponse> GetConnection(const v1::GetConnectionRequest& request);
  absl::StatusOr<StreamEnd> WatchConnections(const v1::WatchConnectionsRequest& request,
                                             Take<v1::WatchConnectionsResponse> take);
  absl::StatusOr<v1::CloseConnectionsResponse> CloseConnections(const v1::CloseConnectionsRequest& request);
  absl::StatusOr<v1::ListTopicsResponse> ListTopics(const v1::ListTopicsRequest& request);
  absl::StatusOr<v1::GetTopicResponse> GetTopic(const v1::GetTopicRequest& request);
  absl::StatusOr<v1::GetHistoryResponse> GetHistory(const v1::GetHistoryRequest& request);
  absl::StatusOr<StreamEnd> TailTopics(const v1::TailTopicsRequest& request, Take<v1::TailTopicsResponse> take);
  absl::StatusOr<v1::RevokeTokensResponse> RevokeTokens(const v1::RevokeTokensRequest& request);
  absl::StatusOr<v1::GetStatsResponse> GetStats(const v1::GetStatsRequest& request);
  absl::StatusOr<v1::DrainResponse> Drain(const v1::DrainRequest& request);
  absl::StatusOr<v1::PublishResponse> Publish(const v1::PublishRequest& request);
  absl::StatusOr<v1::ListSchemasResponse> ListSchemas(const v1::ListSchemasRequest& request);
  absl::StatusOr<v1::GetSchemaResponse> GetSchema(const v1::GetSchemaRequest& request);
  absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth(
      const grpc::health::v1::HealthCheckRequest& request);

 private:
  struct Stubs;

  // Connects, if that has not been done, and reads the credentials.
  absl::Status Prepare();
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(std::unique_ptr<Stub> Stubs::*stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request);
  template <class Response, class Open>
  absl::StatusOr<StreamEnd> Follow(Open open, Take<Response> take);

  const absl::StatusOr<Destination> destination_;
  absl::Duration timeout_;
  int output_;
  std::string authorization_;
  std::unique_ptr<Stubs> stubs_;  // null before the first call
};

}  // namespace spanwire::cli

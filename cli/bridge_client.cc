#include "cli/bridge_client.h"

#include <chrono>
#include <utility>

#include "bridge/model/absl_view.h"
#include "cli/failure.h"
#include "cli/grpc_status.h"
#include "cli/interrupt.h"
#include "cli/version.h"
#include "fmt/format.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "publisher_sdk/src/credentials.h"
#include "spanwire/v1/admin.grpc.pb.h"
#include "spanwire/v1/publisher.grpc.pb.h"
#include "spanwire/v1/schema.grpc.pb.h"

namespace spanwire::cli {
namespace {

// A page of connections with all their subscriptions may exceed gRPC's default of 4 MiB.
constexpr int kMaxAnswerBytes = 64 * 1024 * 1024;
// Finds a dead bridge host under a silent stream. gRPC servers tolerate a ping every 5 minutes, not more often.
constexpr int kKeepaliveMs = 6 * 60 * 1000;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& server, const internal::Credentials& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(fmt::format("spanwire-cli/{}", kVersion));
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  if (!credentials.by_proxy) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(server, credentials.channel, arguments);
}

}  // namespace

struct BridgeClient::Stubs {
  Stubs(const std::string& server, const internal::Credentials& credentials)
      : channel(MakeChannel(server, credentials)),
        admin(v1::AdminService::NewStub(channel)),
        publisher(v1::PublisherService::NewStub(channel)),
        schema(v1::SchemaService::NewStub(channel)),
        health(grpc::health::v1::Health::NewStub(channel)) {}

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::AdminService::Stub> admin;
  std::unique_ptr<v1::PublisherService::Stub> publisher;
  std::unique_ptr<v1::SchemaService::Stub> schema;
  std::unique_ptr<grpc::health::v1::Health::Stub> health;
};

namespace {

void Authorize(grpc::ClientContext& context, const std::string& authorization) {
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
}

// Waits until the channel stands or has failed once; the call that follows tells why. A stream has no deadline, so an
// address that swallows everything would hold it for ever.
absl::Status AwaitConnection(grpc::Channel& channel, absl::Duration timeout) {
  const auto deadline = absl::ToChronoTime(absl::Now() + timeout);
  grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE) {
    if (!channel.WaitForStateChange(state, deadline)) return absl::DeadlineExceededError("not connected in time");
    state = channel.GetState(/*try_to_connect=*/true);
  }
  return absl::OkStatus();
}

}  // namespace

bool UsesTls(const Security& security) {
  return security.tls || !security.ca.empty() || !security.cert.empty();
}

BridgeClient::BridgeClient(absl::StatusOr<Destination> destination, absl::Duration timeout, int output)
    : destination_(std::move(destination)), timeout_(timeout), output_(output) {}

BridgeClient::~BridgeClient() = default;

absl::Status BridgeClient::Prepare() {
  if (!destination_.ok()) return destination_.status();
  absl::StatusOr<internal::Credentials> credentials =
      internal::LoadCredentials(destination_->server, destination_->security);
  if (!credentials.ok()) return Misuse(model::ToStd(credentials.status().message()));
  if (stubs_ == nullptr) stubs_ = std::make_unique<Stubs>(destination_->server, *credentials);
  authorization_ = std::move(credentials->authorization);
  return absl::OkStatus();
}

template <class Stub, class Request, class Response>
absl::StatusOr<Response> BridgeClient::Call(std::unique_ptr<Stub> Stubs::*stub,
                                            grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                                         Response*),
                                            const Request& request) {
  if (absl::Status ready = Prepare(); !ready.ok()) return ready;
  grpc::ClientContext context;
  Authorize(context, authorization_);
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
  Response response;
  const grpc::Status status = (*(*stubs_.*stub).*method)(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

// Opens a stream with `open(context)` and reads it to its end.
template <class Response, class Open>
absl::StatusOr<StreamEnd> BridgeClient::Follow(Open open, Take<Response> take) {
  if (absl::Status ready = Prepare(); !ready.ok()) return ready;
  if (absl::Status connected = AwaitConnection(*stubs_->channel, timeout_); !connected.ok()) return connected;
  grpc::ClientContext context;
  Authorize(context, authorization_);
  const InterruptGuard guard([&context] { context.TryCancel(); }, output_);
  const std::unique_ptr<grpc::ClientReader<Response>> reader = open(&context);
  Response response;
  bool had_enough = false;
  while (!had_enough && reader->Read(&response)) had_enough = !take(response);
  if (had_enough) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (had_enough || guard.reader_left()) return StreamEnd::kReaderHadEnough;
  if (guard.interrupted()) return StreamEnd::kInterrupted;
  if (!status.ok()) return FromGrpc(status);
  return StreamEnd::kBridgeEnded;
}

absl::StatusOr<v1::ListConnectionsResponse> BridgeClient::ListConnections(const v1::ListConnectionsRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::ListConnections, request);
}

absl::StatusOr<v1::GetConnectionResponse> BridgeClient::GetConnection(const v1::GetConnectionRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::GetConnection, request);
}

absl::StatusOr<StreamEnd> BridgeClient::WatchConnections(const v1::WatchConnectionsRequest& request,
                                                         Take<v1::WatchConnectionsResponse> take) {
  const auto open = [&](grpc::ClientContext* context) { return stubs_->admin->WatchConnections(context, request); };
  return Follow(open, take);
}

absl::StatusOr<v1::CloseConnectionsResponse> BridgeClient::CloseConnections(
    const v1::CloseConnectionsRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::CloseConnections, request);
}

absl::StatusOr<v1::ListTopicsResponse> BridgeClient::ListTopics(const v1::ListTopicsRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::ListTopics, request);
}

absl::StatusOr<v1::GetTopicResponse> BridgeClient::GetTopic(const v1::GetTopicRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::GetTopic, request);
}

absl::StatusOr<v1::GetHistoryResponse> BridgeClient::GetHistory(const v1::GetHistoryRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::GetHistory, request);
}

absl::StatusOr<StreamEnd> BridgeClient::TailTopics(const v1::TailTopicsRequest& request,
                                                   Take<v1::TailTopicsResponse> take) {
  const auto open = [&](grpc::ClientContext* context) { return stubs_->admin->TailTopics(context, request); };
  return Follow(open, take);
}

absl::StatusOr<v1::RevokeTokensResponse> BridgeClient::RevokeTokens(const v1::RevokeTokensRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::RevokeTokens, request);
}

absl::StatusOr<v1::GetStatsResponse> BridgeClient::GetStats(const v1::GetStatsRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::GetStats, request);
}

absl::StatusOr<v1::DrainResponse> BridgeClient::Drain(const v1::DrainRequest& request) {
  return Call(&Stubs::admin, &v1::AdminService::Stub::Drain, request);
}

absl::StatusOr<v1::PublishResponse> BridgeClient::Publish(const v1::PublishRequest& request) {
  return Call(&Stubs::publisher, &v1::PublisherService::Stub::Publish, request);
}

absl::StatusOr<v1::ListSchemasResponse> BridgeClient::ListSchemas(const v1::ListSchemasRequest& request) {
  return Call(&Stubs::schema, &v1::SchemaService::Stub::ListSchemas, request);
}

absl::StatusOr<v1::GetSchemaResponse> BridgeClient::GetSchema(const v1::GetSchemaRequest& request) {
  return Call(&Stubs::schema, &v1::SchemaService::Stub::GetSchema, request);
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse> BridgeClient::CheckHealth(
    const grpc::health::v1::HealthCheckRequest& request) {
  return Call(&Stubs::health, &grpc::health::v1::Health::Stub::Check, request);
}

}  // namespace spanwire::cli

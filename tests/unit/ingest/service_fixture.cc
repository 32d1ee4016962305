#include "tests/unit/ingest/service_fixture.h"

#include <chrono>
#include <utility>

#include "bridge/model/absl_view.h"
#include "bridge/rpc/malformed_requests.h"

namespace spanwire::ingest {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

std::string CodeAndReason(const grpc::Status& status) {
  if (status.ok()) return "OK";
  const google::rpc::Status details = DetailsOf(status);
  EXPECT_EQ(details.code(), status.ok() ? 0 : static_cast<int>(status.error_code()));
  EXPECT_EQ(details.message(), status.error_message());
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code())) + " " +
         ErrorInfoOf(details).reason();
}

v1::PublishStreamRequest StreamBatch(uint64_t sequence, std::vector<v1::Event> events, std::string producer_id) {
  v1::PublishStreamRequest request;
  request.set_sequence(sequence);
  request.set_producer_id(std::move(producer_id));
  for (v1::Event& event : events) *request.add_events() = std::move(event);
  return request;
}

ServiceTest::ServiceTest(config::Config config, const auth::AccessControl& access)
    : config_(std::move(config)),
      gate_(access, model::Clock::System()),
      pipeline_(config_, translator_, topics_, broker_, metrics_, model::Clock::System()),
      service_(pipeline_, config_.limits, metrics_, gate_) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, rpc::kMaxMetadataBytes);
  builder.SetMaxReceiveMessageSize(PublisherServiceImpl::MaxReceivedBytes(config_.limits));
  rpc::RefuseMalformedRequests(builder, gate_);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service_);
  builder.RegisterService(&schema_service_);
  server_ = builder.BuildAndStart();
  channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
  stub_ = v1::PublisherService::NewStub(channel_);
}

ServiceTest::~ServiceTest() {
  ShutDown();
}

void ServiceTest::ShutDown() {
  if (!server_) return;
  broker_.Release();
  service_.Drain();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
  server_.reset();
  broker_.Stop();
}

grpc::Status ServiceTest::Publish(const v1::Event& event, v1::PublishResponse* response) {
  grpc::ClientContext context;
  v1::PublishRequest request;
  *request.mutable_event() = event;
  v1::PublishResponse ignored;
  return stub_->Publish(&context, request, response != nullptr ? response : &ignored);
}

grpc::Status ServiceTest::PublishBatch(const std::vector<v1::Event>& events, v1::PublishBatchResponse* response) {
  grpc::ClientContext context;
  v1::PublishBatchRequest request;
  for (const v1::Event& event : events) *request.add_events() = event;
  v1::PublishBatchResponse ignored;
  return stub_->PublishBatch(&context, request, response != nullptr ? response : &ignored);
}

}  // namespace spanwire::ingest

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "bridge/ingest/publish_pipeline.h"
#include "bridge/ingest/publisher_service.h"
#include "bridge/ingest/schema_service.h"
#include "bridge/model/clock.h"
#include "bridge/rpc/gate.h"
#include "bridge/schema/event_translator.h"
#include "google/rpc/status.pb.h"
#include "spanwire/v1/publisher.grpc.pb.h"
#include "spanwire/v1/schema.grpc.pb.h"
#include "tests/unit/ingest/fake_broker.h"
#include "tests/unit/ingest/test_events.h"

namespace spanwire::ingest {

// What a gRPC status carries in `grpc-status-details-bin`.
google::rpc::Status DetailsOf(const grpc::Status& status);

// "UNAVAILABLE DRAINING": code and reason, for comparing.
std::string CodeAndReason(const grpc::Status& status);

v1::PublishStreamRequest StreamBatch(uint64_t sequence, std::vector<v1::Event> events, std::string producer_id = "");

// The services behind a real gRPC server on loopback, before a fake broker, and a real client.
class ServiceTest : public testing::Test {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>;

  // `access` outlives the test.
  explicit ServiceTest(config::Config config = {}, const auth::AccessControl& access = auth::AccessControl::None());
  ~ServiceTest() override;

  // Ends the server as the bridge does: drains, shuts down, stops the broker.
  void ShutDown();

  grpc::Status Publish(const v1::Event& event, v1::PublishResponse* response = nullptr);
  grpc::Status PublishBatch(const std::vector<v1::Event>& events, v1::PublishBatchResponse* response = nullptr);

  const config::Config config_;
  observe::Metrics metrics_;
  model::TopicTable topics_;
  schema::EventTranslator translator_{schema::SchemaRegistry::BuiltIn()};
  FakeBroker broker_;
  rpc::Gate gate_;
  PublishPipeline pipeline_;
  PublisherServiceImpl service_;
  SchemaServiceImpl schema_service_{translator_, gate_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::PublisherService::Stub> stub_;
};

}  // namespace spanwire::ingest

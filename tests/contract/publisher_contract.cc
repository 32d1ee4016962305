// What the publisher SDK and the bridge's service promise each other when the bridge cannot take an event: both are the
// real ones, over gRPC.
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "bridge/broker/memory_broker.h"
#include "bridge/ingest/publisher_service.h"
#include "bridge/schema/schema_registry.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "spanwire/publisher.h"
#include "tests/unit/ingest/fake_broker.h"

namespace spanwire {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using ::testing::SizeIs;

constexpr auto kLong = 30s;

// The publishing half of a bridge.
class PublishingBridge {
 public:
  PublishingBridge(broker::Broker& broker, size_t in_flight_bytes) : config_(ConfigWith(in_flight_bytes)) {
    pipeline_ = std::make_unique<ingest::PublishPipeline>(config_, translator_, topics_, broker, metrics_,
                                                          model::Clock::System());
    service_ = std::make_unique<ingest::PublisherServiceImpl>(*pipeline_, config_.limits, metrics_, gate_);
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    target_ = "127.0.0.1:" + std::to_string(port);
  }
  ~PublishingBridge() {
    service_->Drain();
    server_->Shutdown(std::chrono::system_clock::now() + 5s);
  }

  PublisherOptions Options() const { return {.target = target_, .initial_backoff = 1ms, .max_backoff = 5ms}; }
  std::unique_ptr<v1::PublisherService::Stub> Stub() const {
    return v1::PublisherService::NewStub(grpc::CreateChannel(target_, grpc::InsecureChannelCredentials()));
  }
  observe::Metrics& metrics() { return metrics_; }

 private:
  static config::Config ConfigWith(size_t in_flight_bytes) {
    config::Config config;
    config.limits.publish_in_flight_bytes = in_flight_bytes;
    return config;
  }

  const config::Config config_;
  observe::Metrics metrics_;
  model::TopicTable topics_;
  schema::EventTranslator translator_{schema::SchemaRegistry::BuiltIn()};
  rpc::Gate gate_{auth::AccessControl::None(), model::Clock::System()};
  std::unique_ptr<ingest::PublishPipeline> pipeline_;
  std::unique_ptr<ingest::PublisherServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::string target_;
};

JsonText Bytes(size_t count) {
  return JsonText{"{\"text\":\"" + std::string(count, 'x') + "\"}"};
}

v1::PublishRequest RequestOf(size_t bytes) {
  v1::PublishRequest request;
  request.mutable_event()->set_topic("t");
  request.mutable_event()->set_type("note");
  request.mutable_event()->set_json_text(Bytes(bytes).text);
  return request;
}

TEST(PublisherContract, AnEventThatCanNeverBeTakenFailsAtOnceWithTheBridgesReason) {
  broker::MemoryBroker broker({.memory_limit = 16 * 1024}, model::Clock::System());
  PublishingBridge bridge(broker, 1 << 20);
  Publisher publisher(bridge.Options());
  const PublishResult refused = publisher.Publish(Bytes(20'000), {.topic = "t", .type = "note"}).Get();
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.reason, "EVENT_EXCEEDS_HISTORY");
  EXPECT_EQ(publisher.Stats().retried, 0u) << "it would be refused again";
  EXPECT_TRUE(publisher.Publish(Bytes(1), {.topic = "t", .type = "note"}).Get().ok());
  EXPECT_EQ(publisher.Close(kLong).code(), absl::StatusCode::kAborted) << "one was refused";
  broker.Stop();
}

TEST(PublisherContract, WhatMayBeInFlightIsTakenToTheByteAndOneMoreIsToBeTriedAgain) {
  const v1::PublishRequest first = RequestOf(1000);
  const v1::PublishRequest exact = RequestOf(500);
  const v1::PublishRequest over = RequestOf(501);
  ASSERT_EQ(over.ByteSizeLong(), exact.ByteSizeLong() + 1);

  ingest::FakeBroker broker;
  PublishingBridge bridge(broker, first.ByteSizeLong() + exact.ByteSizeLong());
  const auto stub = bridge.Stub();
  const auto publish = [&](const v1::PublishRequest& request) {
    grpc::ClientContext context;
    v1::PublishResponse response;
    return stub->Publish(&context, request, &response);
  };
  broker.Hold();
  std::thread holding([&] { EXPECT_TRUE(publish(first).ok()); });
  broker.AwaitCalls(1);

  const grpc::Status refused = publish(over);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(refused.error_details()));
  bool tells_when = false;
  for (const auto& detail : details.details()) tells_when |= detail.Is<google::rpc::RetryInfo>();
  EXPECT_TRUE(tells_when) << details.DebugString();

  std::thread fitting([&] { EXPECT_TRUE(publish(exact).ok()); });
  broker.AwaitCalls(2);
  EXPECT_EQ(bridge.metrics().publish_in_flight_bytes.Value(),
            static_cast<int64_t>(first.ByteSizeLong() + exact.ByteSizeLong()));
  broker.Release();
  holding.join();
  fitting.join();
  EXPECT_TRUE(publish(over).ok()) << "there is room again";
  EXPECT_EQ(broker.calls(), 3u);
  broker.Stop();
}

TEST(PublisherContract, APublisherFasterThanTheBridgeFillsItsOwnBufferAndLosesNothingThatItTook) {
  ingest::FakeBroker broker;
  PublishingBridge bridge(broker, 4 * 1024);
  PublisherOptions options = bridge.Options();
  options.max_batch_events = 1;
  options.buffer_events = 20;
  Publisher publisher(options);
  broker.Hold();
  std::vector<PublishFuture> taken;
  size_t refused = 0;
  for (int i = 0; i < 40; ++i) {
    PublishFuture future = publisher.Publish(Bytes(1000), {.topic = "t", .type = "note"});
    if (future.WaitFor(0ms)) {
      EXPECT_EQ(future.Get().reason, "BUFFER_FULL");
      ++refused;
    } else {
      taken.push_back(std::move(future));
    }
  }
  EXPECT_EQ(refused, 20u) << "what the bridge does not take waits in a buffer that has an end";
  broker.AwaitCalls(1);
  EXPECT_LE(bridge.metrics().publish_in_flight_bytes.Value(), 4 * 1024);
  broker.Release();
  for (PublishFuture& future : taken) {
    const PublishResult result = future.Get();
    EXPECT_TRUE(result.ok()) << result.status;
  }
  EXPECT_THAT(broker.Stored(), SizeIs(20)) << "each once";
  EXPECT_EQ(publisher.Close(kLong).code(), absl::StatusCode::kAborted) << "its buffer refused some";
  broker.Stop();
}

}  // namespace
}  // namespace spanwire

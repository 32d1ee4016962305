#include "bridge/server/bridge.h"

#include <memory>
#include <string>
#include <utility>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "grpc/health/v1/health.grpc.pb.h"
#include "spanwire/v1/admin.grpc.pb.h"
#include "spanwire/v1/publisher.grpc.pb.h"

namespace spanwire::server {
namespace {

class BridgeTest : public ::testing::Test {
 protected:
  BridgeTest() {
    config_.http_listen = config_.grpc_listen = "127.0.0.1:0";
    config_.node = "n1";
  }
  void Create() {
    auto bridge = Bridge::Create(config_);
    ASSERT_TRUE(bridge.ok()) << bridge.status();
    bridge_ = *std::move(bridge);
    channel_ = grpc::CreateChannel(bridge_->grpc_address(), grpc::InsecureChannelCredentials());
  }
  // A call that hangs fails instead.
  static void SetDeadline(grpc::ClientContext& call) {
    call.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  }

  config::Config config_;
  std::unique_ptr<Bridge> bridge_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(BridgeTest, AnAdministratorIsAnsweredBeforeClientsAreLetIn) {
  Create();
  const auto admin = v1::AdminService::NewStub(channel_);
  grpc::ClientContext call;
  SetDeadline(call);
  v1::ListConnectionsResponse response;
  const grpc::Status status = admin->ListConnections(&call, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.connections_size(), 0);
}

TEST_F(BridgeTest, OneThatWasNeverStartedStops) {
  Create();
  bridge_.reset();
}

TEST_F(BridgeTest, ItsEndEndsTheStreamsThatOthersHold) {
  Create();
  bridge_->Start();
  const auto admin = v1::AdminService::NewStub(channel_);
  grpc::ClientContext tail_call;
  SetDeadline(tail_call);
  v1::TailTopicsRequest tail_request;
  tail_request.add_topics("a");
  const auto tail = admin->TailTopics(&tail_call, tail_request);
  v1::TailTopicsResponse word;
  ASSERT_TRUE(tail->Read(&word));

  grpc::ClientContext watch_call;
  SetDeadline(watch_call);
  const auto watch = admin->WatchConnections(&watch_call, {});

  const auto publisher = v1::PublisherService::NewStub(channel_);
  grpc::ClientContext publish_call;
  SetDeadline(publish_call);
  const auto publish = publisher->PublishStream(&publish_call);
  v1::PublishStreamRequest batch;
  batch.set_sequence(1);
  ASSERT_TRUE(publish->Write(batch));
  v1::PublishStreamResponse acknowledged;
  ASSERT_TRUE(publish->Read(&acknowledged));

  const auto health = ::grpc::health::v1::Health::NewStub(channel_);
  grpc::ClientContext health_call;
  SetDeadline(health_call);
  const auto health_watch = health->Watch(&health_call, {});
  ::grpc::health::v1::HealthCheckResponse state;
  ASSERT_TRUE(health_watch->Read(&state));

  bridge_.reset();

  while (tail->Read(&word)) continue;
  EXPECT_EQ(tail->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  v1::WatchConnectionsResponse change;
  while (watch->Read(&change)) continue;
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  while (publish->Read(&acknowledged)) continue;
  EXPECT_NE(publish->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  while (health_watch->Read(&state)) continue;
  EXPECT_NE(health_watch->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(BridgeTest, AStopWaitsForCallsThatNobodyEndsNoLongerThanItIsTold) {
  config_.drain_grpc_timeout = absl::Milliseconds(100);
  Create();
  bridge_->Start();
  const auto health = ::grpc::health::v1::Health::NewStub(channel_);
  grpc::ClientContext call;
  SetDeadline(call);
  const auto watch = health->Watch(&call, {});
  ::grpc::health::v1::HealthCheckResponse state;
  ASSERT_TRUE(watch->Read(&state));
  const absl::Time begin = absl::Now();
  bridge_->Stop();
  EXPECT_LT(absl::Now() - begin, absl::Milliseconds(1500));
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(100));
  while (watch->Read(&state)) continue;
  EXPECT_FALSE(watch->Finish().ok());
}

}  // namespace
}  // namespace spanwire::server

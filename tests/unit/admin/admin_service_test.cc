#include "bridge/admin/admin_service.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "bridge/broker/memory_broker.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/unit/admin/fake_client.h"

namespace spanwire::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The reason of a refusal; "" where the call was answered.
std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (status.ok()) return "";
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_TRUE(details.details(0).UnpackTo(&info));
  return info.reason();
}

// The service on a channel within the process, over a real broker whose clock stands still.
class AdminServiceTest : public ::testing::Test {
 protected:
  AdminServiceTest() {
    fanout_.Start();
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::AdminService::NewStub(server_->InProcessChannel({}));
  }
  ~AdminServiceTest() override {
    server_->Shutdown();
    broker_.Stop();
    fanout_.Stop();
  }

  // Runs `work` on a shard and waits for it.
  template <typename Work>
  void OnShard(size_t shard, Work work) {
    absl::Notification done;
    fanout_.shard(shard).Post([&] {
      work(directory_.registry(fanout_.shard(shard)));
      done.Notify();
    });
    done.WaitForNotification();
  }
  v1::ListConnectionsResponse List(const v1::ListConnectionsRequest& request) {
    grpc::ClientContext call;
    v1::ListConnectionsResponse response;
    const grpc::Status status = stub_->ListConnections(&call, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  void Publish(const std::string& topic, const std::string& type, const std::string& tenant = "") {
    std::string buffer = model::Envelope::NewBuffer();
    buffer.append("{\"type\":\"" + type + "\",\"topic\":\"" + topic + "\",\"data\":{}");
    absl::Notification stored;
    broker_.Publish({std::make_shared<model::Envelope>(topics_.Intern(tenant, topic), clock_.Now(), buffer)},
                    [&](auto) { stored.Notify(); });
    stored.WaitForNotification();
  }

  grpc::Status GetHistory(const v1::GetHistoryRequest& request, v1::GetHistoryResponse* response) {
    grpc::ClientContext call;
    return stub_->GetHistory(&call, request, response);
  }
  v1::GetHistoryResponse History(const v1::GetHistoryRequest& request) {
    v1::GetHistoryResponse response;
    const grpc::Status status = GetHistory(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  std::string RefusalOf(const v1::GetHistoryRequest& request) {
    v1::GetHistoryResponse response;
    return ReasonOf(GetHistory(request, &response));
  }
  static v1::GetHistoryRequest Of(const std::string& topic, int page_size = 0) {
    v1::GetHistoryRequest request;
    request.set_topic(topic);
    request.set_page_size(page_size);
    return request;
  }
  static std::vector<uint64_t> Offsets(const v1::GetHistoryResponse& response) {
    std::vector<uint64_t> offsets;
    for (const v1::StoredEvent& event : response.events()) offsets.push_back(event.offset());
    return offsets;
  }

  model::FakeClock clock_;
  model::TopicTable topics_;
  observe::Metrics metrics_;
  std::unique_ptr<auth::AccessControl> access_ = *auth::AccessControl::Create({}, {}, clock_);
  rpc::Gate gate_{*access_, clock_};
  session::Settings settings_{.topics = &topics_};
  config::TopicPolicies policies_;
  broker::MemoryBroker broker_{{.policies = &policies_, .sweep_interval = absl::InfiniteDuration()}, clock_};
  fanout::Fanout fanout_{2, broker_, metrics_};
  session::Directory directory_{fanout_};
  int drains_ = 0;
  AdminService service_{AdminContext{.fanout = fanout_,
                                     .directory = directory_,
                                     .broker = broker_,
                                     .metrics = metrics_,
                                     .settings = settings_,
                                     .policies = policies_,
                                     .access = *access_,
                                     .gate = gate_,
                                     .started_at = absl::Now(),
                                     .begin_drain = [this] { return ++drains_ == 1; },
                                     .drain_timeout = absl::Seconds(30)}};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::AdminService::Stub> stub_;
};

TEST_F(AdminServiceTest, HistoryComesOldestFirstPageByPageWithTheWholeTopic) {
  for (int i = 0; i < 5; ++i) {
    Publish("a", "note");
    Publish("b", "other");
  }
  v1::GetHistoryRequest request = Of("a", 2);
  v1::GetHistoryResponse page = History(request);
  EXPECT_THAT(Offsets(page), ElementsAre(1, 3));
  EXPECT_EQ(page.total_size(), 5);
  EXPECT_EQ(page.topic().history_events(), 5u);
  EXPECT_EQ(page.topic().first_offset(), 1u);
  EXPECT_EQ(page.topic().last_offset(), 9u);
  EXPECT_EQ(page.topic().lost_through(), 0u);
  EXPECT_EQ(page.head_offset(), 10u);
  EXPECT_EQ(page.events(0).type(), "note");
  EXPECT_EQ(page.events(0).accepted_at().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_GT(page.events(0).memory_bytes(), page.events(0).json_bytes());
  request.set_page_token(page.next_page_token());
  page = History(request);
  EXPECT_THAT(Offsets(page), ElementsAre(5, 7));
  request.set_page_token(page.next_page_token());
  page = History(request);
  EXPECT_THAT(Offsets(page), ElementsAre(9));
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(AdminServiceTest, HistoryGoesOnAfterAnOffset) {
  for (int i = 0; i < 4; ++i) Publish("a", "note");
  v1::GetHistoryRequest request = Of("a", 1);
  request.set_after_offset(2);
  v1::GetHistoryResponse page = History(request);
  EXPECT_THAT(Offsets(page), ElementsAre(3));
  request.set_page_token(page.next_page_token());
  EXPECT_THAT(Offsets(History(request)), ElementsAre(4));
  request = Of("a");
  request.set_after_offset(4);
  EXPECT_THAT(Offsets(History(request)), IsEmpty());
}

TEST_F(AdminServiceTest, HistoryTellsWhatIsLostAndFollowsAReloadedPolicy) {
  for (int i = 0; i < 4; ++i) Publish("a", "note");
  policies_.Replace({{.match = "a", .history = {.max_events = 1}}});
  const v1::GetHistoryResponse page = History(Of("a"));
  EXPECT_THAT(Offsets(page), ElementsAre(4));
  EXPECT_EQ(page.topic().lost_through(), 3u);
  EXPECT_EQ(page.topic().history_policy().max_events(), 1u);
}

TEST_F(AdminServiceTest, ATopicThatNobodyPublishedToHoldsNothing) {
  Publish("a", "note", "acme");
  v1::GetHistoryRequest request = Of("quiet");
  request.set_tenant_id("acme");
  const v1::GetHistoryResponse page = History(request);
  EXPECT_THAT(page.events(), IsEmpty());
  EXPECT_EQ(page.topic().name(), "quiet");
  EXPECT_EQ(page.topic().tenant_id(), "acme");
  EXPECT_NE(page.topic().epoch(), "");
  EXPECT_EQ(page.head_offset(), 1u);
  EXPECT_THAT(History(Of("a")).events(), IsEmpty()) << "it is another tenant's";
}

TEST_F(AdminServiceTest, WhatHistoryIsAskedForIsCheckedAtItsEdges) {
  EXPECT_EQ(RefusalOf(Of("a", 1000)), "");
  EXPECT_EQ(RefusalOf(Of("a", 1001)), "BAD_PAGE_SIZE");
  EXPECT_EQ(RefusalOf(Of("a", -1)), "BAD_PAGE_SIZE");
  EXPECT_EQ(RefusalOf(Of("")), "BAD_TOPIC");
  EXPECT_EQ(RefusalOf(Of("a*")), "BAD_TOPIC");
  v1::GetHistoryRequest token = Of("a");
  for (const char* forged : {"x", "1x", "-1", "99999999999999999999"}) {
    token.set_page_token(forged);
    EXPECT_EQ(RefusalOf(token), "BAD_PAGE_TOKEN") << forged;
  }
  v1::GetHistoryRequest beyond = Of("a");
  beyond.set_after_offset(UINT64_MAX);
  EXPECT_EQ(RefusalOf(beyond), "");
}

TEST_F(AdminServiceTest, ATenantIsCheckedWhereverOneIsNamed) {
  v1::GetHistoryRequest history = Of("a");
  history.set_tenant_id("no spaces");
  EXPECT_EQ(RefusalOf(history), "BAD_TENANT");
  {
    grpc::ClientContext call;
    v1::ListTopicsRequest request;
    v1::ListTopicsResponse response;
    request.set_tenant_id("no spaces");
    EXPECT_EQ(ReasonOf(stub_->ListTopics(&call, request, &response)), "BAD_TENANT");
  }
  {
    grpc::ClientContext call;
    v1::GetTopicRequest request;
    v1::GetTopicResponse response;
    request.set_name("a");
    request.set_tenant_id("no spaces");
    EXPECT_EQ(ReasonOf(stub_->GetTopic(&call, request, &response)), "BAD_TENANT");
  }
  grpc::ClientContext call;
  v1::TailTopicsRequest request;
  v1::TailTopicsResponse response;
  request.add_topics("a");
  request.set_tenant_id("no spaces");
  const auto tail = stub_->TailTopics(&call, request);
  EXPECT_FALSE(tail->Read(&response));
  EXPECT_EQ(ReasonOf(tail->Finish()), "BAD_TENANT");
}

TEST_F(AdminServiceTest, TopicsAreListedByNameWithThePolicyInForce) {
  policies_.Replace({{.match = "b*", .history = {.max_events = 7}}});
  for (const char* name : {"b1", "a", "b2"}) Publish(name, "note");
  const model::TopicPtr subscribed = topics_.Intern("", "b0");
  subscribed->subscribers = 1;
  grpc::ClientContext call;
  v1::ListTopicsRequest request;
  v1::ListTopicsResponse response;
  request.set_pattern("b*");
  ASSERT_TRUE(stub_->ListTopics(&call, request, &response).ok());
  ASSERT_THAT(response.topics(), SizeIs(3));
  EXPECT_EQ(response.topics(0).name(), "b0");
  EXPECT_EQ(response.topics(0).history_policy().max_events(), 7u);
  EXPECT_EQ(response.topics(2).name(), "b2");
}

TEST_F(AdminServiceTest, ATopicTellsThePolicyItsEventsAreHandedOutBy) {
  Publish("quotes:a", "note");
  const auto policy = [&] {
    grpc::ClientContext call;
    v1::GetTopicRequest request;
    v1::GetTopicResponse response;
    request.set_name("quotes:a");
    EXPECT_TRUE(stub_->GetTopic(&call, request, &response).ok());
    return response.topic().delivery_policy();
  };
  EXPECT_EQ(policy().pattern(), "*");
  EXPECT_FALSE(policy().has_throttle_window());
  policies_.Replace({{.match = "quotes:*",
                      .throttle = {.window = absl::Milliseconds(250), .max_batch = 50},
                      .conflate = "symbol",
                      .slow_latest = true}});
  EXPECT_EQ(policy().pattern(), "quotes:*");
  EXPECT_EQ(policy().throttle_window().nanos(), 250'000'000);
  EXPECT_EQ(policy().throttle_max_batch(), 50u);
  EXPECT_EQ(policy().conflate(), "symbol");
  EXPECT_TRUE(policy().slow_latest());
}

TEST_F(AdminServiceTest, ConnectionsOfAllShardsAreOneListOldestFirst) {
  std::vector<FakeClient> clients;
  clients.reserve(5);
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back(std::string(1, static_cast<char>('a' + i)), std::vector<std::string>{});
    clients.back().connected_at += absl::Seconds(100 - i);
  }
  for (size_t i = 0; i < clients.size(); ++i) {
    OnShard(i % 2, [&](session::Registry& registry) { registry.Add(clients[i]); });
  }
  v1::ListConnectionsRequest request;
  request.set_page_size(2);
  std::string ids;
  do {
    const v1::ListConnectionsResponse page = List(request);
    EXPECT_EQ(page.total_size(), 5);
    EXPECT_LE(page.connections_size(), 2);
    for (const v1::Connection& connection : page.connections()) ids += connection.client_id();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(ids, "edcba");
  for (size_t i = 0; i < clients.size(); ++i) {
    OnShard(i % 2, [&](session::Registry& registry) { registry.Remove(clients[i], 1001, "bye"); });
  }
}

TEST_F(AdminServiceTest, ThoseThatMatchAreClosedAndNamed) {
  FakeClient reader("reader", {"stats"});
  FakeClient other("other", {"logs"});
  OnShard(0, [&](session::Registry& registry) { registry.Add(reader); });
  OnShard(1, [&](session::Registry& registry) { registry.Add(other); });
  grpc::ClientContext call;
  v1::CloseConnectionsRequest request;
  v1::CloseConnectionsResponse response;
  request.mutable_filter()->set_topic("stats");
  ASSERT_TRUE(stub_->CloseConnections(&call, request, &response).ok());
  EXPECT_EQ(response.closed(), 1);
  EXPECT_THAT(response.client_ids(), ElementsAre("reader"));
  OnShard(0, [&](session::Registry& registry) { registry.Remove(reader, 4010, "bye"); });
  OnShard(1, [&](session::Registry& registry) { registry.Remove(other, 1001, "bye"); });
  EXPECT_EQ(reader.closed, session::CloseCode::kDisconnectedByAdmin);
  EXPECT_EQ(other.closed, std::nullopt);
}

TEST_F(AdminServiceTest, DrainBeginsItOnceAndSaysWhatWillHappen) {
  for (const bool already : {false, true}) {
    grpc::ClientContext call;
    v1::DrainResponse response;
    ASSERT_TRUE(stub_->Drain(&call, {}, &response).ok());
    EXPECT_EQ(response.already_draining(), already);
    EXPECT_EQ(response.timeout().seconds(), 30);
  }
  EXPECT_EQ(drains_, 2);
}

TEST_F(AdminServiceTest, StatsTellByPatternWhatSubscribersDidNotGet) {
  observe::PatternCounts& counts = metrics_.AddShard().patterns.Of("quotes:*");
  counts.throttle_dropped.Add(3);
  counts.conflated.Add(2);
  counts.slow_closed.Add();
  grpc::ClientContext call;
  v1::GetStatsResponse response;
  ASSERT_TRUE(stub_->GetStats(&call, {}, &response).ok());
  ASSERT_THAT(response.patterns(), SizeIs(1));
  EXPECT_EQ(response.patterns(0).pattern(), "quotes:*");
  EXPECT_EQ(response.patterns(0).throttle_dropped(), 3u);
  EXPECT_EQ(response.patterns(0).conflated(), 2u);
  EXPECT_EQ(response.patterns(0).slow_closed(), 1u);
}

}  // namespace
}  // namespace spanwire::admin

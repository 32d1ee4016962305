#include "bridge/admin/watch.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "bridge/admin/admin_service.h"
#include "bridge/broker/memory_broker.h"
#include "tests/unit/admin/fake_client.h"

namespace spanwire::admin {
namespace {

using Change = v1::WatchConnectionsResponse;
using ::testing::ElementsAre;

// The service on a channel within the process, and one shard whose clients the test makes.
class WatchTest : public ::testing::Test {
 protected:
  WatchTest() {
    fanout_.Start();
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::AdminService::NewStub(server_->InProcessChannel({}));
  }
  ~WatchTest() override {
    call_.TryCancel();
    if (stream_ != nullptr) stream_->Finish();
    server_->Shutdown();
    OnShard([] {});
    fanout_.Stop();
  }

  // Runs `work` on the shard and waits for it.
  template <typename Work>
  void OnShard(Work work) {
    absl::Notification done;
    fanout_.shard(0).Post([&] {
      work();
      done.Notify();
    });
    done.WaitForNotification();
  }
  session::Registry& registry() { return directory_.registry(fanout_.shard(0)); }
  void Add(FakeClient& client) {
    OnShard([&] { registry().Add(client); });
  }
  void Remove(FakeClient& client) {
    OnShard([&] { registry().Remove(client, 1001, "bye"); });
  }
  void Join(FakeClient& client, const std::string& topic) {
    OnShard([&] {
      client.topics.push_back(topic);
      registry().TopicJoined(client, topic);
    });
  }
  void Leave(FakeClient& client, const std::string& topic) {
    OnShard([&] {
      std::erase(client.topics, topic);
      registry().TopicLeft(client, topic);
    });
  }
  void Identify(FakeClient& client, const std::string& user, const std::string& tenant = "") {
    OnShard([&] {
      const session::FormerIdentity former{.identity = std::exchange(client.who, Known(user, tenant)),
                                           .was_stranger = std::exchange(client.is_stranger, false)};
      registry().Identified(client, former);
    });
  }
  static auth::IdentityPtr Known(const std::string& user, const std::string& tenant) {
    return std::make_shared<const auth::Identity>(auth::Identity{.subject = user, .tenant_id = tenant});
  }
  // Begins a watch and waits until it is heard: `client` must be open and match.
  void Watch(const v1::ConnectionFilter& filter) {
    v1::WatchConnectionsRequest request;
    *request.mutable_filter() = filter;
    stream_ = stub_->WatchConnections(&call_, request);
    EXPECT_EQ(Next(), "EXISTING first");
  }
  // `OPENED id`.
  std::string Next() {
    Change change;
    if (!stream_->Read(&change)) return "end";
    return Change::Kind_Name(change.kind()).substr(5) + " " + change.connection().client_id();
  }

  model::TopicTable topics_;
  observe::Metrics metrics_;
  std::unique_ptr<auth::AccessControl> access_ = *auth::AccessControl::Create({}, {}, model::Clock::System());
  rpc::Gate gate_{*access_, model::Clock::System()};
  session::Settings settings_{.topics = &topics_};
  config::TopicPolicies policies_;
  broker::MemoryBroker broker_{{}, model::Clock::System()};
  fanout::Fanout fanout_{1, broker_, metrics_};
  session::Directory directory_{fanout_};
  AdminService service_{AdminContext{.fanout = fanout_,
                                     .directory = directory_,
                                     .broker = broker_,
                                     .metrics = metrics_,
                                     .settings = settings_,
                                     .policies = policies_,
                                     .access = *access_,
                                     .gate = gate_,
                                     .started_at = absl::Now()}};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::AdminService::Stub> stub_;
  grpc::ClientContext call_;
  std::unique_ptr<grpc::ClientReader<Change>> stream_;
  FakeClient first_{"first", {"stats"}};
};

TEST_F(WatchTest, TellsOfEveryConnectionThatOpensAndCloses) {
  FakeClient second("second", {});
  Add(first_);
  Watch({});
  Add(second);
  Join(second, "stats");  // is no news without a topic to watch
  Remove(second);
  Remove(first_);
  EXPECT_EQ(Next(), "OPENED second");
  EXPECT_EQ(Next(), "CLOSED second");
  EXPECT_EQ(Next(), "CLOSED first");
}

TEST_F(WatchTest, OfATopicItTellsWhoJoinsAndLeavesItAndWhoClosesWithIt) {
  FakeClient second("second", {});
  FakeClient third("third", {});
  v1::ConnectionFilter filter;
  filter.set_topic("stats");
  Add(first_);
  Watch(filter);
  for (FakeClient* client : {&second, &third}) Add(*client);
  Join(second, "logs");
  Join(second, "stats");
  Join(third, "stats");
  Leave(second, "logs");
  Leave(second, "stats");
  Remove(second);
  Remove(third);
  EXPECT_EQ(Next(), "JOINED second");
  EXPECT_EQ(Next(), "JOINED third");
  EXPECT_EQ(Next(), "LEFT second");
  EXPECT_EQ(Next(), "CLOSED third") << "second was no longer on the topic";
}

TEST_F(WatchTest, OfAUserItTellsWhoSaysSoAfterOpening) {
  FakeClient second("second", {});
  FakeClient third("third", {});
  FakeClient closed("closed", {});
  v1::ConnectionFilter filter;
  filter.set_user_id("ann");
  first_.who = Known("ann", "");
  Add(first_);
  Watch(filter);
  for (FakeClient* client : {&second, &third}) Add(*client);
  Identify(closed, "ann");
  Identify(third, "bob");
  Identify(second, "ann");
  Remove(third);
  Remove(second);
  EXPECT_EQ(Next(), "IDENTIFIED second");
  EXPECT_EQ(Next(), "CLOSED second");
}

TEST_F(WatchTest, OfATenantItTellsNothingOfStrangersAndOfWhoTurnsOutToBeOfAnother) {
  FakeClient stranger("stranger", {});
  FakeClient nobody("nobody", {});
  FakeClient comes("comes", {});
  stranger.is_stranger = comes.is_stranger = true;
  v1::ConnectionFilter filter;
  filter.set_has_tenant_id(true);
  Add(first_);
  Watch(filter);
  for (FakeClient* client : {&stranger, &nobody, &comes}) Add(*client);
  EXPECT_EQ(Next(), "OPENED nobody");
  Identify(stranger, "ann", "acme");
  Identify(nobody, "bob", "acme");
  EXPECT_EQ(Next(), "LEFT nobody");
  Identify(comes, "cyd");
  EXPECT_EQ(Next(), "IDENTIFIED comes");
  for (FakeClient* client : {&stranger, &nobody, &comes}) Remove(*client);
  EXPECT_EQ(Next(), "CLOSED comes");
}

TEST_F(WatchTest, WhoReachesAllTenantsIsToldOfStrangersToo) {
  FakeClient stranger("stranger", {});
  stranger.is_stranger = true;
  Add(first_);
  Watch({});
  Add(stranger);
  Identify(stranger, "ann", "acme");
  EXPECT_EQ(Next(), "OPENED stranger");
  EXPECT_EQ(Next(), "IDENTIFIED stranger");
  Remove(stranger);
}

TEST_F(WatchTest, TheOtherFiltersHoldForWhoLeavesATopicToo) {
  FakeClient second("second", {"stats"});
  v1::ConnectionFilter filter;
  filter.set_topic("stats");
  filter.add_client_ids("first");
  Add(first_);
  Add(second);
  Watch(filter);
  Leave(second, "stats");
  Leave(first_, "stats");
  EXPECT_EQ(Next(), "LEFT first");
  Remove(second);
  Remove(first_);
}

}  // namespace
}  // namespace spanwire::admin

#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "bridge/admin/admin_service.h"
#include "bridge/broker/memory_broker.h"
#include "bridge/ingest/publish_pipeline.h"
#include "bridge/ingest/publisher_service.h"
#include "bridge/ingest/schema_service.h"
#include "bridge/schema/event_translator.h"
#include "google/rpc/status.pb.h"
#include "spanwire/v1/publisher.grpc.pb.h"
#include "tests/support/error_info.h"
#include "tests/unit/admin/fake_client.h"
#include "tests/unit/auth/secured_access.h"

namespace spanwire::admin {

// A bridge's gRPC side with authentication, whole but for sockets, at a time that stands still.
class SecuredBridge {
 public:
  using Admin = v1::AdminService::Stub;
  using Publisher = v1::PublisherService::Stub;

  explicit SecuredBridge(config::AuthSettings settings = {});
  ~SecuredBridge();

  // A token with these claims.
  std::string Token(auth::Claims claims) const { return access_.Token(std::move(claims)); }
  // One with roles, which may publish everything.
  std::string Token(const std::string& tenant, std::initializer_list<auth::Role> roles) const;

  // Somebody who is connected.
  FakeClient& Connect(const std::string& id, auth::Identity identity);

  // What the call answers: "OK" and the answer as text, or "CODE REASON sentence" and its metadata.
  template <typename Stub, typename Request, typename Response>
  std::string Ask(const std::string& token,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request) {
    Response response;
    const grpc::Status status = Call(token, method, request, &response);
    return status.ok() ? "OK " + response.ShortDebugString() : Told(status);
  }
  template <typename Stub, typename Request, typename Response>
  grpc::Status Call(const std::string& token,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    Show(token, context);
    return (StubOf<Stub>().*method)(&context, request, response);
  }
  static void Show(const std::string& token, grpc::ClientContext& context) {
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  }
  static std::string Told(const grpc::Status& status);

  template <typename Stub>
  Stub& StubOf() {
    if constexpr (std::is_same_v<Stub, Admin>) {
      return *admin_stub_;
    } else {
      return *publisher_stub_;
    }
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  model::FakeClock& clock() { return clock_; }
  rpc::Gate& gate() { return gate_; }
  int drains() const { return drains_; }

 private:
  model::FakeClock clock_;
  auth::testing::SecuredAccess access_;
  rpc::Gate gate_{*access_, clock_};
  model::TopicTable topics_;
  observe::Metrics metrics_;
  session::Settings settings_{.secure = true, .topics = &topics_, .access = &*access_, .clock = &clock_};
  config::Config config_;
  config::TopicPolicies policies_;
  broker::MemoryBroker broker_{{.policies = &policies_, .sweep_interval = absl::InfiniteDuration()}, clock_};
  fanout::Fanout fanout_{2, broker_, metrics_};
  session::Directory directory_{fanout_};
  int drains_ = 0;
  schema::EventTranslator translator_{schema::SchemaRegistry::BuiltIn()};
  ingest::PublishPipeline pipeline_{config_, translator_, topics_, broker_, metrics_, clock_};
  ingest::PublisherServiceImpl publisher_{pipeline_, config_.limits, metrics_, gate_};
  AdminService admin_{AdminContext{.fanout = fanout_,
                                   .directory = directory_,
                                   .broker = broker_,
                                   .metrics = metrics_,
                                   .settings = settings_,
                                   .policies = policies_,
                                   .access = *access_,
                                   .gate = gate_,
                                   .started_at = clock_.Now(),
                                   .begin_drain = [this] { return ++drains_ == 1; },
                                   .drain_timeout = absl::Seconds(30)}};
  std::deque<FakeClient> clients_;
  ingest::SchemaServiceImpl schema_{translator_, gate_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Admin> admin_stub_;
  std::unique_ptr<Publisher> publisher_stub_;
};

}  // namespace spanwire::admin

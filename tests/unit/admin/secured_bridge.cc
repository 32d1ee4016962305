#include "tests/unit/admin/secured_bridge.h"

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "bridge/rpc/malformed_requests.h"

namespace spanwire::admin {

SecuredBridge::SecuredBridge(config::AuthSettings settings) : access_(clock_, std::move(settings)) {
  fanout_.Start();
  grpc::ServerBuilder builder;
  builder.RegisterService(&admin_);
  builder.RegisterService(&publisher_);
  builder.RegisterService(&schema_);
  rpc::RefuseMalformedRequests(builder, gate_);
  server_ = builder.BuildAndStart();
  channel_ = server_->InProcessChannel({});
  admin_stub_ = v1::AdminService::NewStub(channel_);
  publisher_stub_ = v1::PublisherService::NewStub(channel_);
}

SecuredBridge::~SecuredBridge() {
  publisher_.Drain();
  admin_.EndStreams();
  server_->Shutdown();
  broker_.Stop();
  fanout_.Stop();
}

std::string SecuredBridge::Token(const std::string& tenant, std::initializer_list<auth::Role> roles) const {
  auth::Claims claims{.subject = "admin", .tenant_id = tenant, .publish = {"*"}};
  for (const auth::Role role : roles) claims.roles.Add(role);
  return Token(std::move(claims));
}

FakeClient& SecuredBridge::Connect(const std::string& id, auth::Identity identity) {
  FakeClient& client = clients_.emplace_back(id, std::vector<std::string>{"stats"});
  client.who = std::make_shared<const auth::Identity>(std::move(identity));
  fanout::Shard& shard = fanout_.shard(clients_.size() % fanout_.size());
  absl::Notification added;
  shard.Post([&] {
    directory_.registry(shard).Add(client);
    added.Notify();
  });
  added.WaitForNotification();
  return client;
}

std::string SecuredBridge::Told(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  const google::rpc::ErrorInfo info = ErrorInfoOf(details);
  std::string told = absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code())) + " " + info.reason();
  for (const auto& [key, value] : info.metadata()) told.append(" ").append(key).append("=").append(value);
  return told + " " + status.error_message();
}

}  // namespace spanwire::admin

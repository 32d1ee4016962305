#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/server.h>

#include "absl/status/statusor.h"
#include "bridge/admin/admin_service.h"
#include "bridge/auth/access_control.h"
#include "bridge/broker/broker.h"
#include "bridge/config/config.h"
#include "bridge/config/topic_policies.h"
#include "bridge/fanout/fanout.h"
#include "bridge/ingest/publish_pipeline.h"
#include "bridge/ingest/publisher_service.h"
#include "bridge/ingest/schema_service.h"
#include "bridge/observe/metrics.h"
#include "bridge/rpc/gate.h"
#include "bridge/schema/event_translator.h"
#include "bridge/server/client_log.h"
#include "bridge/server/file_watch.h"
#include "bridge/server/loaded_files.h"
#include "bridge/session/registry.h"
#include "bridge/tls/server_identity.h"
#include "bridge/transport/http_server.h"

namespace spanwire::server {

// The whole bridge: makes every part, starts them in order and stops them without loss. Not thread safe: one thread
// creates, starts and stops it.
class Bridge {
 public:
  // Makes every part and takes both ports, so that everything that can be wrong with the settings is known before a
  // client is let in. Errors say which setting, and what to do.
  // `request_drain` is called where an administrator wants the bridge to stop: from any thread, again and again. It
  // makes the owner call Stop() on its own, returns at once, and false where that has begun.
  static absl::StatusOr<std::unique_ptr<Bridge>> Create(
      config::Config config, std::function<bool()> request_drain = [] { return false; });
  // Stops at once what is still running.
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Lets clients in.
  void Start();
  // Ends in order, within the drain timeout: takes no new clients, finishes publishes, tells clients to come back
  // (1012), one after another over the drain window, sends what is queued. What is left then is cut. Idempotent.
  void Stop();

  // Puts these policies in force, and ends subscriptions that they no longer allow.
  void ReplacePolicies(std::vector<config::TopicPolicy> policies);
  // Puts these client certificates in force, and ends streams of those of which another thing is said now.
  void ReplaceCertificates(const std::vector<config::ClientCertificate>& certificates);
  // Reads the keys of tokens again. Where that fails those from before stay, and the log says so.
  void ReloadKeys();
  // Reads the certificates again, for those who connect from then on. The same.
  void ReloadCertificates();
  // Both where their files have changed.
  void ReloadChangedFiles();

  // Where it listens, with the ports that were picked: `127.0.0.1:8080`.
  std::string http_address() const { return http_->local_address(); }
  const std::string& grpc_address() const { return grpc_address_; }
  // Empty where operators have no address of their own.
  std::string ops_address() const { return http_->ops_address(); }

 private:
  explicit Bridge(config::Config config);

  void Take(LoadedFiles& files);
  void ShowCertificate();
  void WarnOfPlainTokens() const;
  absl::Status ListenGrpc();

  // In the order of making; destroyed in the reverse one, so each may use those above it.
  const config::Config config_;
  config::TopicPolicies policies_;
  model::TopicTable topics_;
  observe::Metrics metrics_;
  std::unique_ptr<auth::AccessControl> access_;
  std::unique_ptr<rpc::Gate> gate_;
  session::Settings settings_;
  transport::Readiness readiness_;
  std::unique_ptr<schema::EventTranslator> translator_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<fanout::Fanout> fanout_;
  std::unique_ptr<FileWatch> key_files_;
  std::unique_ptr<tls::ServerIdentity> identity_;  // null without TLS
  std::unique_ptr<FileWatch> certificate_files_;
  ClientLog client_log_;
  std::unique_ptr<session::Directory> directory_;
  std::unique_ptr<ingest::PublishPipeline> pipeline_;
  std::unique_ptr<ingest::PublisherServiceImpl> publisher_service_;
  std::unique_ptr<ingest::SchemaServiceImpl> schema_service_;
  std::unique_ptr<admin::AdminService> admin_service_;
  std::unique_ptr<transport::HttpServer> http_;
  std::shared_ptr<grpc::ServerCredentials> grpc_credentials_;
  std::unique_ptr<grpc::Server> grpc_;
  std::string grpc_address_;
  bool stopped_ = false;
};

}  // namespace spanwire::server

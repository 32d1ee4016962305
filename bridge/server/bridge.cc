#include "bridge/server/bridge.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include "bridge/broker/memory_broker.h"
#include "bridge/config/value_text.h"
#include "bridge/config/version.h"
#include "bridge/model/absl_view.h"
#include "bridge/observe/logging.h"
#include "bridge/rpc/malformed_requests.h"
#include "bridge/server/grpc_credentials.h"
#include "google/protobuf/message.h"
#include "grpc/health/v1/health.pb.h"

namespace spanwire::server {
namespace {

constexpr int kMaxShards = 64;
constexpr const char* kServices[] = {"spanwire.v1.PublisherService", "spanwire.v1.SchemaService",
                                     "spanwire.v1.AdminService"};

int ShardCount(const config::Config& config) {
  if (config.io_threads > 0) return config.io_threads;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxShards);
}

session::Settings SettingsFrom(const config::Config& config, model::TopicTable& topics) {
  return {.limits = config.limits,
          .ping_interval = config.ping_interval,
          .server = config::kServer,
          .node = config.node,
          .topics = &topics};
}

fanout::Options FanoutOptions(const config::Config& config, const config::TopicPolicies& policies) {
  const config::Limits& limits = config.limits;
  const auto shards = static_cast<size_t>(ShardCount(config));
  return {.inbox_events = limits.shard_inbox_events,
          .inbox_bytes = limits.shard_inbox_bytes,
          .max_subscriptions = (limits.max_subscriptions + shards - 1) / shards,
          .topic_linger = limits.topic_linger,
          .policies = &policies};
}

// The broker must live as long as `metrics` is collected from.
std::unique_ptr<broker::Broker> MakeBroker(const config::Config& config, const config::TopicPolicies& policies,
                                           const model::Clock& clock, observe::Metrics& metrics) {
  auto broker =
      std::make_unique<broker::MemoryBroker>(broker::MemoryBroker::Options{.policies = &policies,
                                                                           .memory_limit = config.broker_memory_limit,
                                                                           .max_tenants = config.broker_max_tenants,
                                                                           .topic_idle = config.broker_topic_idle},
                                             clock);
  metrics.OnCollect([memory = broker.get()](observe::Metrics& to) {
    const broker::MemoryBroker::Usage usage = memory->usage();
    to.history_bytes.Set(static_cast<int64_t>(usage.history_bytes));
    to.history_events_evicted.Set(static_cast<int64_t>(usage.evicted_events));
  });
  return broker;
}

}  // namespace

Bridge::Bridge(config::Config config)
    : config_(std::move(config)), policies_(config_.topics), settings_(SettingsFrom(config_, topics_)) {}

absl::StatusOr<std::unique_ptr<Bridge>> Bridge::Create(config::Config config, std::function<bool()> request_drain) {
  std::unique_ptr<Bridge> bridge(new Bridge(std::move(config)));
  Bridge& b = *bridge;
  absl::StatusOr<LoadedFiles> files = LoadFiles(b.config_, *b.settings_.clock, auth::AccessControl::Purpose::kServe);
  if (!files.ok()) return files.status();
  b.Take(*files);
  b.translator_ = std::make_unique<schema::EventTranslator>(std::move(files->types), b.config_.limits.event_bytes);
  b.broker_ = MakeBroker(b.config_, b.policies_, *b.settings_.clock, b.metrics_);
  b.fanout_ = std::make_unique<fanout::Fanout>(ShardCount(b.config_), *b.broker_, b.metrics_,
                                               FanoutOptions(b.config_, b.policies_));
  b.directory_ = std::make_unique<session::Directory>(*b.fanout_);
  for (size_t i = 0; i < b.fanout_->size() && ClientLog::Wanted(); ++i) {
    b.directory_->registry(b.fanout_->shard(i)).AddObserver(&b.client_log_);
  }
  b.pipeline_ = std::make_unique<ingest::PublishPipeline>(b.config_, *b.translator_, b.topics_, *b.broker_, b.metrics_,
                                                          *b.settings_.clock);
  b.publisher_service_ =
      std::make_unique<ingest::PublisherServiceImpl>(*b.pipeline_, b.config_.limits, b.metrics_, *b.gate_);
  b.schema_service_ = std::make_unique<ingest::SchemaServiceImpl>(*b.translator_, *b.gate_);
  b.admin_service_ =
      std::make_unique<admin::AdminService>(admin::AdminContext{.fanout = *b.fanout_,
                                                                .directory = *b.directory_,
                                                                .broker = *b.broker_,
                                                                .metrics = b.metrics_,
                                                                .settings = b.settings_,
                                                                .policies = b.policies_,
                                                                .access = *b.access_,
                                                                .gate = *b.gate_,
                                                                .started_at = b.settings_.clock->Now(),
                                                                .begin_drain = std::move(request_drain),
                                                                .drain_timeout = b.config_.drain_timeout});
  auto http = transport::HttpServer::Create(b.config_, *b.fanout_, *b.directory_, b.settings_, b.metrics_, b.readiness_,
                                            b.config_.tls.http ? b.identity_.get() : nullptr);
  if (!http.ok()) return http.status();
  b.http_ = *std::move(http);
  // gRPC answers as soon as it listens, and administrators are answered from the shards' threads.
  b.fanout_->Start();
  if (absl::Status status = b.ListenGrpc(); !status.ok()) return status;
  return bridge;
}

void Bridge::Take(LoadedFiles& files) {
  key_files_ = std::move(files.key_files);
  access_ = std::move(files.access);
  certificate_files_ = std::move(files.certificate_files);
  identity_ = std::move(files.identity);
  if (identity_ != nullptr) ShowCertificate();
  gate_ = std::make_unique<rpc::Gate>(*access_, *settings_.clock);
  settings_.access = access_.get();
  settings_.secure = access_->enabled();
}

void Bridge::ShowCertificate() {
  metrics_.certificate_not_after.Set(absl::ToUnixSeconds(identity_->Current()->material().not_after));
}

absl::Status Bridge::ListenGrpc() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // Reflection tells of files that the program holds; gRPC's own health service comes without.
  google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
  grpc::ServerBuilder builder;
  // Otherwise two bridges would share the port without a word.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, rpc::kMaxMetadataBytes);
  builder.SetMaxReceiveMessageSize(ingest::PublisherServiceImpl::MaxReceivedBytes(config_.limits));
  rpc::RefuseMalformedRequests(builder, *gate_);
  int port = 0;
  grpc_credentials_ = identity_ != nullptr && config_.tls.grpc
                          ? GrpcTlsCredentials(*identity_, ClientAuthOf(config_.tls, config_.tls.grpc_client_auth))
                          : grpc::InsecureServerCredentials();
  builder.AddListeningPort(config_.grpc_listen, grpc_credentials_, &port);
  builder.RegisterService(publisher_service_.get());
  builder.RegisterService(schema_service_.get());
  builder.RegisterService(admin_service_.get());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || port == 0) {
    grpc_.reset();
    return absl::UnavailableError(
        fmt::format("{}: cannot listen on {} for gRPC: is another program using that port? stop it, or choose another "
                    "port (0 picks "
                    "a free one)",
                    config_.sources.Of("grpc_listen"), config_.grpc_listen));
  }
  for (const char* service : kServices) grpc_->GetHealthCheckService()->SetServingStatus(service, true);
  const absl::StatusOr<config::ListenAddress> asked = config::ParseListenAddress(config_.grpc_listen);
  if (!asked.ok()) return asked.status();
  const bool is_v6 = asked->host.find(':') != std::string::npos;
  grpc_address_ = fmt::format(is_v6 ? fmt::runtime("[{}]:{}") : fmt::runtime("{}:{}"), asked->host, port);
  return absl::OkStatus();
}

Bridge::~Bridge() {
  if (!stopped_ && grpc_ != nullptr) {
    publisher_service_->Drain();
    admin_service_->EndStreams();
    grpc_->Shutdown(std::chrono::system_clock::now());
    grpc_->Wait();
  }
  if (broker_ != nullptr) broker_->Stop();
  if (http_ != nullptr && !stopped_) http_->Close();
  if (fanout_ != nullptr) fanout_->Stop();
}

void Bridge::Start() {
  http_->Start();
  WarnOfPlainTokens();
  readiness_.Set(transport::Readiness::State::kReady);
  if (config_.insecure && !access_->enabled()) {
    observe::Log(spdlog::level::warn,
                 "running without authentication: everybody who can reach the ports may read and publish everything");
  }
}

void Bridge::WarnOfPlainTokens() const {
  if (!access_->enabled()) return;
  const auto plain = [this](const std::string& listen, bool tls) {
    const auto address = config::ParseListenAddress(listen);
    return address.ok() && !address->loopback && !(identity_ != nullptr && tls);
  };
  if (plain(config_.http_listen, config_.tls.http) || plain(config_.grpc_listen, config_.tls.grpc) ||
      plain(config_.ops_listen, config_.tls.http)) {
    observe::Log(
        spdlog::level::warn,
        "tokens come in without TLS: whoever sees the network can use them, unless TLS ends before the bridge");
  }
}

void Bridge::ReplacePolicies(std::vector<config::TopicPolicy> policies) {
  access_->ReplaceRules(policies);
  policies_.Replace(std::move(policies));
  if (!access_->enabled()) return;
  directory_->Visit(
      [](fanout::Shard&, session::Registry& registry) {
        registry.ForEach([](session::Client& client) { client.OnRulesChanged(); });
      },
      [] {});
}

void Bridge::ReplaceCertificates(const std::vector<config::ClientCertificate>& certificates) {
  if (!access_->ReplaceCertificates(certificates)) return;
  const size_t ended = gate_->streams().EndStale();
  observe::Log(spdlog::level::info, "client certificates reloaded",
               {{"certificates", std::to_string(certificates.size())}, {"streams_ended", std::to_string(ended)}});
}

void Bridge::ReloadKeys() {
  if (!access_->enabled()) return;
  key_files_->Look();
  if (const absl::Status status = access_->ReloadKeys(); !status.ok()) {
    observe::Log(spdlog::level::err, "keys not reloaded, those from before stay in force: mend the file",
                 {{"error", model::ToStd(status.message())}});
    return;
  }
  key_files_->Accept();
  LogNotes(access_->TakeNotes());
  observe::Log(spdlog::level::info, "keys reloaded");
}

void Bridge::ReloadCertificates() {
  if (identity_ == nullptr) return;
  certificate_files_->Look();
  if (const absl::Status status = identity_->Reload(); !status.ok()) {
    metrics_.certificate_reload_failures.Add();
    observe::Log(spdlog::level::err, "certificates not reloaded, those from before stay in force: mend the file",
                 {{"error", model::ToStd(status.message())}});
    return;
  }
  certificate_files_->Accept();
  metrics_.certificate_reloads.Add();
  ShowCertificate();
  const std::shared_ptr<const tls::ServerContext> current = identity_->Current();
  LogNotes(current->material().notes);
  observe::Log(
      spdlog::level::info, "certificates reloaded",
      {{"not_after", absl::FormatTime(absl::RFC3339_sec, current->material().not_after, absl::UTCTimeZone())}});
}

void Bridge::ReloadChangedFiles() {
  if (key_files_->Changed()) ReloadKeys();
  if (certificate_files_ != nullptr && certificate_files_->Changed()) ReloadCertificates();
}

void Bridge::Stop() {
  if (stopped_) return;
  const absl::Time deadline = absl::Now() + config_.drain_timeout;
  const auto left = [deadline] { return std::max(deadline - absl::Now(), absl::ZeroDuration()); };
  readiness_.Set(transport::Readiness::State::kDraining);
  grpc_->GetHealthCheckService()->SetServingStatus(false);
  http_->BeginDrain();
  // Publishes in flight still reach their subscribers, so publishers go first.
  publisher_service_->Drain();
  admin_service_->EndStreams();
  // Streams that nobody ends, such as a health watch, must not use up the time that subscribers need.
  grpc_->Shutdown(absl::ToChronoTime(absl::Now() + std::min(config_.drain_timeout, config_.drain_grpc_timeout)));
  grpc_->Wait();
  // Those who are told last need time to be sent what is queued for them.
  http_->DrainClients(std::min(config_.drain_window, left() / 2));
  http_->StopAccepting();
  if (!http_->AwaitNoConnections(left())) {
    observe::Log(spdlog::level::warn, "connections were cut because they did not close within drain_timeout");
  }
  http_->Close();
  broker_->Stop();
  fanout_->Stop();
  stopped_ = true;
}

}  // namespace spanwire::server

#include "bridge/transport/http_server.h"

#include <utility>

#include <fmt/format.h>

#include "absl/synchronization/mutex.h"
#include "bridge/model/absl_view.h"
#include "bridge/observe/logging.h"
#include "bridge/transport/endpoint_text.h"
#include "bridge/transport/http_session.h"

namespace spanwire::transport {
namespace {

// Ending a connection takes one turn of its shard's loop: this is for a machine that stands still.
constexpr absl::Duration kAbortTimeout = absl::Seconds(10);
// Beyond a drain's window: its timers are coarse.
constexpr auto kDrainTurns = 2 * ShardContext::kTick;

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Create(const config::Config& config, fanout::Fanout& fanout,
                                                               session::Directory& directory,
                                                               const session::Settings& settings,
                                                               observe::Metrics& metrics, const Readiness& readiness,
                                                               const tls::ServerIdentity* tls) {
  std::unique_ptr<HttpServer> server(new HttpServer(config, fanout, directory, settings, metrics, readiness, tls));
  const model::Clock& clock = *settings.clock;
  absl::Status bound =
      server->Bind(server->clients_, config.sources.Of("http_listen"), config.http_listen, clock, metrics);
  if (bound.ok() && !config.ops_listen.empty()) {
    bound = server->Bind(server->operators_, config.sources.Of("ops_listen"), config.ops_listen, clock, metrics);
  }
  if (!bound.ok()) return bound;
  return server;
}

HttpServer::HttpServer(const config::Config& config, fanout::Fanout& fanout, session::Directory& directory,
                       const session::Settings& settings, observe::Metrics& metrics, const Readiness& readiness,
                       const tls::ServerIdentity* tls)
    : fanout_(fanout),
      bounds_(config.limits, *settings.clock, [this] { shedder_.Shed(); }),
      shedder_(bounds_.outbound, *settings.clock),
      clients_(config, readiness,
               config.ops_listen.empty() ? HttpDispatcher::Surface::kAll : HttpDispatcher::Surface::kClients,
               Door::kClients),
      operators_(config, readiness, HttpDispatcher::Surface::kOperators, Door::kOperators),
      tls_(tls) {
  std::vector<ShardContext*> contexts;
  for (size_t i = 0; i < fanout.size(); ++i) {
    fanout::Shard& shard = fanout.shard(i);
    shards_.push_back(
        std::make_unique<ShardState>(shard, directory.registry(shard), settings, config, metrics, readiness, bounds_));
    contexts.push_back(&shards_.back()->context);
  }
  shedder_.SetShards(std::move(contexts));
}

HttpServer::~HttpServer() {
  Close();
}

absl::Status HttpServer::Bind(Port& port, std::string_view setting, const std::string& address,
                              const model::Clock& clock, observe::Metrics& metrics) {
  absl::StatusOr<std::unique_ptr<Listener>> listener =
      Listener::Bind(address, fanout_, clock, metrics.accept_errors,
                     [this, &port](size_t shard, Socket socket) { OnSocket(port, shard, std::move(socket)); });
  if (!listener.ok()) {
    return {listener.status().code(), fmt::format("{}: {}", setting, model::ToStd(listener.status().message()))};
  }
  port.listener = *std::move(listener);
  return absl::OkStatus();
}

void HttpServer::Start() {
  started_ = true;
  clients_.listener->Start();
  if (operators_.listener != nullptr) operators_.listener->Start();
}

void HttpServer::OnSocket(const Port& port, size_t shard, Socket socket) {
  ShardState& state = *shards_[shard];
  boost::system::error_code error;
  socket.non_blocking(true, error);
  if (error) return;  // dead on arrival
  if (tls_ == nullptr) {
    StartHttp(state.context, port.dispatcher, ClientStream(std::move(socket)), port.door);
  } else {
    tls::SslPtr session = tls_->Current()->NewSession();
    if (session == nullptr) return;  // no memory: as if there were no descriptor
    StartHttp(state.context, port.dispatcher,
              ClientStream(std::move(socket), std::move(session), state.context.tls_records), port.door);
  }
  state.ticker.Start();
}

void HttpServer::BeginDrain() {
  if (!started_) return;
  OnEveryShard([](ShardState& state) {
    state.context.registry.BeginDrain();
    state.context.connections.CloseIdle();
  });
}

void HttpServer::DrainClients(absl::Duration window) {
  if (!started_) return;
  OnEveryShard([window](ShardState& state) { state.drain.Start(window); });
  AwaitNoConnections(window + absl::FromChrono(kDrainTurns));
}

void HttpServer::StopAccepting() {
  if (!started_) return;
  OnEveryShard([this](ShardState& state) {
    if (state.context.shard.index() != 0) return;
    clients_.listener->Stop();
    if (operators_.listener != nullptr) operators_.listener->Stop();
  });
  OnEveryShard([](ShardState& state) { state.context.connections.CloseIdle(); });
}

void HttpServer::Close() {
  if (!started_) return;
  StopAccepting();
  started_ = false;
  OnEveryShard([](ShardState& state) { state.context.connections.AbortAll(); });
  if (!AwaitNoConnections(kAbortTimeout)) {
    observe::Log(spdlog::level::err, "connections do not end; the bridge stops without them");
  }
  OnEveryShard([](ShardState& state) { state.ticker.Stop(); });
  // Another turn: what was cancelled has run.
  OnEveryShard([](ShardState&) {});
}

void HttpServer::OnEveryShard(std::function<void(ShardState&)> work) {
  struct Round {
    Round(std::function<void(ShardState&)> each, size_t shards) : work(std::move(each)), left(shards) {}
    const std::function<void(ShardState&)> work;
    absl::Mutex mutex;
    size_t left ABSL_GUARDED_BY(mutex);
  };
  // Shared, since the last shard may still hold the lock when the wait is over.
  const auto round = std::make_shared<Round>(std::move(work), shards_.size());
  fanout_.shard(0).Post([this, round] {
    for (const std::unique_ptr<ShardState>& state : shards_) {
      state->context.shard.Post([round, &shard = *state] {
        round->work(shard);
        absl::MutexLock lock(&round->mutex);
        --round->left;
      });
    }
  });
  const auto done = [&round]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return round->left == 0; };  // called with the lock
  absl::MutexLock lock(&round->mutex);
  round->mutex.Await(absl::Condition(&done));
}

std::string HttpServer::local_address() const {
  return EndpointText(clients_.listener->local());
}

std::string HttpServer::ops_address() const {
  return operators_.listener == nullptr ? "" : EndpointText(operators_.listener->local());
}

}  // namespace spanwire::transport

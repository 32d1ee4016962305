#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bridge/config/config.h"
#include "bridge/fanout/fanout.h"
#include "bridge/observe/metrics.h"
#include "bridge/session/registry.h"
#include "bridge/session/settings.h"
#include "bridge/tls/server_identity.h"
#include "bridge/transport/client_drain.h"
#include "bridge/transport/http_dispatcher.h"
#include "bridge/transport/listener.h"
#include "bridge/transport/load_shedder.h"
#include "bridge/transport/readiness.h"
#include "bridge/transport/shard_context.h"
#include "bridge/transport/shard_ticker.h"

namespace spanwire::transport {

// The bridge's HTTP port, and the one for operators where there is one, with all that is behind them. Runs on the
// fan-out's threads.
//
// Its end, in order: Readiness::kDraining and BeginDrain; DrainClients, when nothing is published any more;
// StopAccepting; AwaitNoConnections; Close; and only then Fanout::Stop and destruction, since connections hold
// subscriptions.
class HttpServer {
 public:
  // Binds the ports, so that a taken one is known before anything runs; see Listener::Bind for how it fails, naming the
  // flag. All that it
  // is given outlives it. With `tls` clients must speak it.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Create(const config::Config& config, fanout::Fanout& fanout,
                                                            session::Directory& directory,
                                                            const session::Settings& settings,
                                                            observe::Metrics& metrics, const Readiness& readiness,
                                                            const tls::ServerIdentity* tls = nullptr);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Serves, as soon as the fan-out's threads run. Once; from then on they must run until Close has returned.
  void Start();
  // Closes what is idle. The port stays open, so that whoever comes is told to go elsewhere, but nobody is served for
  // long any more. Any thread but a shard's.
  void BeginDrain();
  // Tells clients to come back elsewhere, over `window` at most, and waits for it. Any thread but a shard's.
  void DrainClients(absl::Duration window);
  // Closes the port and what is idle; other HTTP connections end with the answer that is due. Any thread but a shard's.
  void StopAccepting();
  // False where connections are still open after `at_most`. Any thread but a shard's.
  bool AwaitNoConnections(absl::Duration at_most) { return bounds_.connections.AwaitNone(at_most); }
  // Ends every connection that is left, without a word, and returns when none is. Any thread but a shard's. Idempotent.
  void Close();

  // What it listens on, with the port that was picked: `127.0.0.1:8080`.
  std::string local_address() const;
  uint16_t local_port() const { return clients_.listener->local().port(); }
  // The same of the address for operators; empty where they have none of their own.
  std::string ops_address() const;
  // Connections being served. Any thread.
  size_t connections() const {
    return bounds_.connections.served(Door::kClients) + bounds_.connections.served(Door::kOperators);
  }

 private:
  struct ShardState {
    ShardState(fanout::Shard& shard, session::Registry& registry, const session::Settings& settings,
               const config::Config& config, observe::Metrics& metrics, const Readiness& readiness,
               SharedBounds& shared)
        : context(shard, registry, settings, config, metrics, readiness, shared), ticker(context), drain(context) {}
    ShardContext context;
    ShardTicker ticker;
    ClientDrain drain;
  };

  HttpServer(const config::Config& config, fanout::Fanout& fanout, session::Directory& directory,
             const session::Settings& settings, observe::Metrics& metrics, const Readiness& readiness,
             const tls::ServerIdentity* tls);

  // One address, and what is to be found there.
  struct Port {
    Port(const config::Config& config, const Readiness& readiness, HttpDispatcher::Surface surface, Door door_in)
        : dispatcher(config, readiness, surface), door(door_in) {}
    const HttpDispatcher dispatcher;
    const Door door;
    std::unique_ptr<Listener> listener;  // null: nobody listens there
  };

  // `flag` is what errors call the address.
  absl::Status Bind(Port& port, std::string_view setting, const std::string& address, const model::Clock& clock,
                    observe::Metrics& metrics);
  void OnSocket(const Port& port, size_t shard, Socket socket);
  // Runs `work` on each shard's thread, behind every socket that was dealt out before, and waits.
  void OnEveryShard(std::function<void(ShardState&)> work);

  fanout::Fanout& fanout_;
  SharedBounds bounds_;
  LoadShedder shedder_;
  Port clients_;
  Port operators_;
  const tls::ServerIdentity* const tls_;  // null: clients speak without
  std::vector<std::unique_ptr<ShardState>> shards_;
  bool started_ = false;
};

}  // namespace spanwire::transport

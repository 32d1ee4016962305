#pragma once

#include <memory>
#include <variant>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "bridge/config/config.h"
#include "bridge/transport/http_message.h"
#include "bridge/transport/origin_policy.h"
#include "bridge/transport/poll_endpoint.h"
#include "bridge/transport/readiness.h"
#include "bridge/transport/router.h"
#include "bridge/transport/shard_context.h"
#include "bridge/transport/sse_endpoint.h"
#include "bridge/transport/trusted_proxies.h"
#include "bridge/transport/websocket_connection.h"

namespace spanwire::transport {

// The two ends of a request's connection; where trusted proxies are between them the remote one is who asks them.
struct HttpPeer {
  boost::asio::ip::tcp::endpoint remote;
  boost::asio::ip::address local;
};

// The connection becomes an event stream after this head.
struct EventStream {
  HttpResponse head;
  SseRequest request;
};

// The connection becomes a WebSocket after this answer.
struct Upgrade {
  HttpResponse response;
  WebSocketHandshake handshake;
};

// A response, now; or one that comes when the poll ends; or one behind which something else than HTTP goes on.
using HttpAnswer = std::variant<HttpResponse, HeldPoll, EventStream, Upgrade>;

// Finds the answer to a request: its route, whether the page behind it may ask, who asks, its endpoint. Knows no
// connection.
// Any shard's thread, with that shard's context. `config` and `readiness` outlive it.
class HttpDispatcher {
 public:
  // What is there to be found.
  enum class Surface : uint8_t {
    kAll,        // on one address for clients and operators
    kClients,    // what clients need: neither metrics nor console
    kOperators,  // all of it, on an address that clients do not reach
  };

  HttpDispatcher(const config::Config& config, const Readiness& readiness, Surface surface = Surface::kAll)
      : origins_(config), proxies_(config), readiness_(readiness), surface_(surface) {}

  const TrustedProxies& proxies() const { return proxies_; }

  HttpAnswer Dispatch(ShardContext& context, const HttpRequest& request, const HttpPeer& peer) const;
  // Whether it is answered also on a connection over the cap: probes and operators ask most when there is too much.
  bool AnswersOverCap(const HttpRequest& request) const;
  // The answer where the bridge has too many connections to serve this one.
  HttpResponse Refuse(const ShardContext& context, const HttpRequest& request) const;
  // Says in an answer which pages may read it (CORS), for those that Dispatch and Refuse did not make.
  void AddCorsHeaders(std::string_view origin, HttpResponse& response) const;

 private:
  // Who asks, by the token that the request carries.
  struct Asker {
    auth::IdentityPtr identity = auth::Anonymous();
    std::string refusal;  // why the token does not count; empty where it does, or where there is none
  };

  // Who asks, or the answer that refuses a request which does not say it in a way that is understood.
  std::variant<Asker, HttpResponse> Identify(const ShardContext& context, const HttpRequest& request,
                                             const HttpPeer& peer) const;
  HttpAnswer AnswerSubscriber(ShardContext& context, const HttpRequest& request, const HttpPeer& peer,
                              const Route& route) const;
  HttpAnswer Answer(ShardContext& context, const HttpRequest& request, const HttpPeer& peer, const Route& route) const;
  HttpAnswer AnswerPoll(ShardContext& context, const HttpRequest& request, const HttpPeer& peer, Asker asker) const;
  HttpAnswer AnswerSse(ShardContext& context, const HttpRequest& request, const HttpPeer& peer, Asker asker) const;
  HttpAnswer AnswerUpgrade(const ShardContext& context, const HttpRequest& request, const HttpPeer& peer,
                           Asker asker) const;
  HttpResponse AnswerOptions(const HttpRequest& request, const Route& route) const;
  HttpResponse AnswerReadiness() const;
  std::vector<HttpHeader> CorsHeaders(std::string_view origin) const;
  Route RouteOf(const HttpRequest& request) const;

  const OriginPolicy origins_;
  const TrustedProxies proxies_;
  const Readiness& readiness_;
  const Surface surface_;
};

}  // namespace spanwire::transport

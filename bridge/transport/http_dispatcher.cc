#include "bridge/transport/http_dispatcher.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/model/absl_view.h"
#include "bridge/observe/exposition.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/http_query.h"
#include "bridge/transport/problem.h"
#include "bridge/transport/static_files.h"
#include "bridge/transport/websocket_upgrade.h"

namespace spanwire::transport {
namespace {

namespace error_code = session::error_code;

HttpResponse Text(std::string_view text) {
  return {.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = std::string(text)};
}

HttpResponse Forbidden(std::string detail) {
  return ProblemResponse({.status = 403, .code = error_code::kForbidden, .detail = std::move(detail)});
}

// Probes come from load balancers, which name the bridge as they like, and learn nothing but that it runs.
bool AnswersAnyHost(Endpoint endpoint) {
  return endpoint == Endpoint::kHealth || endpoint == Endpoint::kReadiness;
}

// Where a foreign page would hold something of the bridge's, and not only fail to read the answer.
bool ServesOwnPagesOnly(Endpoint endpoint) {
  return endpoint == Endpoint::kPoll || endpoint == Endpoint::kSse || endpoint == Endpoint::kWebSocket;
}

// ?heartbeat=json
bool WantsJsonHeartbeat(const std::vector<QueryParameter>& parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [](const QueryParameter& parameter) {
    return parameter.name == "heartbeat" && parameter.value == "json";
  });
}

struct AddHeaders {
  std::vector<HttpHeader> headers;

  void operator()(HttpResponse& response) {
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  }
  void operator()(HeldPoll& held) { held.headers = std::move(headers); }
  void operator()(EventStream& stream) { (*this)(stream.head); }
  void operator()(Upgrade&) {}  // CORS is not for WebSockets
};

}  // namespace

HttpAnswer HttpDispatcher::Dispatch(ShardContext& context, const HttpRequest& request, const HttpPeer& peer) const {
  const Route route = FindRoute(request.method, request.path);
  if (!AnswersAnyHost(route.endpoint) && !origins_.HostAllowed(request.host, peer.local)) {
    return Forbidden("this name of the bridge is not known to it: use a loopback address, or list it in allowed_hosts");
  }
  const std::string_view origin = request.Header("Origin");
  if (!origin.empty() && ServesOwnPagesOnly(route.endpoint) && !origins_.OriginAllowed(origin, request.host)) {
    return Forbidden("pages of this origin may not use the bridge: list it in allowed_origins");
  }
  // Authentication belongs here: it knows the route and decides who asks before any endpoint runs.
  HttpAnswer answer = Answer(context, request, peer, route);
  std::visit(AddHeaders{CorsHeaders(origin)}, answer);
  return answer;
}

HttpAnswer HttpDispatcher::Answer(ShardContext& context, const HttpRequest& request, const HttpPeer& peer,
                                  const Route& route) const {
  switch (route.endpoint) {
    case Endpoint::kNotFound:
      return ProblemResponse({.status = 404,
                              .code = error_code::kNotFound,
                              .detail = "there is nothing here; see docs/protocol.md, section 5, for what there is"});
    case Endpoint::kMethodNotAllowed: {
      HttpResponse refusal = ProblemResponse({.status = 405,
                                              .code = error_code::kMethodNotAllowed,
                                              .detail = std::string("allowed here: ").append(route.allow)});
      refusal.headers.push_back({"Allow", std::string(route.allow)});
      return refusal;
    }
    case Endpoint::kOptions:
      return AnswerOptions(request, route);
    case Endpoint::kHealth:
      return Text("ok\n");
    case Endpoint::kReadiness:
      return AnswerReadiness();
    case Endpoint::kMetrics:
      return HttpResponse{.headers = {{"Content-Type", observe::kPrometheusContentType}},
                          .body = observe::RenderPrometheus(context.all_metrics)};
    case Endpoint::kPoll: {
      auto poll = MakePoll(context, request, peer.remote);
      if (auto* refusal = std::get_if<HttpResponse>(&poll)) return std::move(*refusal);
      return HeldPoll{.poll = std::get<std::shared_ptr<session::Poll>>(std::move(poll)), .headers = {}};
    }
    case Endpoint::kSse:
      return AnswerSse(context, request, peer);
    case Endpoint::kWebSocket:
      return AnswerUpgrade(context, request, peer);
    case Endpoint::kFile:
      return FileResponse(request, FindEmbeddedFile(request.path));
  }
  return ProblemResponse({.status = 500, .code = error_code::kInternal, .detail = "no endpoint"});
}

HttpAnswer HttpDispatcher::AnswerSse(ShardContext& context, const HttpRequest& request, const HttpPeer& peer) const {
  std::variant<SseRequest, HttpResponse> read = ReadSseRequest(context, request, peer.remote);
  if (auto* refusal = std::get_if<HttpResponse>(&read)) return std::move(*refusal);
  if (context.draining()) return SseFarewell(context, session::CloseCode::kRestart, "the bridge restarts");
  return EventStream{.head = SseHead(), .request = std::get<SseRequest>(std::move(read))};
}

HttpResponse HttpDispatcher::Refuse(const ShardContext& context, const HttpRequest& request) const {
  constexpr std::string_view kFull =
      "the bridge, or your address, has as many connections as it may have: come again later";
  const Route route = FindRoute(request.method, request.path);
  const std::string_view origin = request.Header("Origin");
  const bool allowed = origins_.OriginAllowed(origin, request.host) || origin.empty();
  HttpResponse response =
      route.endpoint == Endpoint::kSse && allowed
          ? SseFarewell(context, session::CloseCode::kOverloaded, kFull)
          : ProblemResponse({.status = 503, .code = error_code::kOverloaded, .detail = std::string(kFull)});
  AddHeaders{CorsHeaders(origin)}(response);
  return response;
}

HttpAnswer HttpDispatcher::AnswerUpgrade(const ShardContext& context, const HttpRequest& request,
                                         const HttpPeer& peer) const {
  if (std::optional<HttpResponse> refusal = RefuseUpgrade(request)) return *std::move(refusal);
  if (context.draining()) {
    return ProblemResponse({.status = 503,
                            .code = error_code::kOverloaded,
                            .detail = "the bridge is going away: connect to another, or again in a moment"});
  }
  const absl::StatusOr<std::vector<QueryParameter>> parameters = ParseQuery(request.query);
  if (!parameters.ok()) {
    return ProblemResponse({.status = 400,
                            .code = error_code::kBadRequest,
                            .detail = std::string(model::ToStd(parameters.status().message()))});
  }
  return Upgrade{.response = AcceptUpgrade(request),
                 .handshake = {.peer = {.remote = peer.remote, .user_agent = std::string(request.Header("User-Agent"))},
                               .json_heartbeat = WantsJsonHeartbeat(*parameters)}};
}

HttpResponse HttpDispatcher::AnswerReadiness() const {
  switch (readiness_.Get()) {
    case Readiness::State::kReady:
      return Text("ready\n");
    case Readiness::State::kStarting:
      return ProblemResponse(
          {.status = 503, .code = error_code::kOverloaded, .detail = "the bridge is starting: ask again soon"});
    case Readiness::State::kDraining:
      return ProblemResponse(
          {.status = 503, .code = error_code::kOverloaded, .detail = "the bridge is draining: use another one"});
  }
  return ProblemResponse({.status = 500, .code = error_code::kInternal, .detail = "no such state"});
}

HttpResponse HttpDispatcher::AnswerOptions(const HttpRequest& request, const Route& route) const {
  HttpResponse response{.status = 204, .headers = {{"Allow", std::string(route.allow)}}};
  const bool preflight = !request.Header("Access-Control-Request-Method").empty();
  if (preflight && origins_.OriginListed(request.Header("Origin"))) {
    response.headers.push_back({"Access-Control-Allow-Methods", std::string(route.allow)});
    response.headers.push_back({"Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID"});
    response.headers.push_back({"Access-Control-Max-Age", "600"});
  }
  return response;
}

std::vector<HttpHeader> HttpDispatcher::CorsHeaders(std::string_view origin) const {
  if (!origins_.lists_origins()) return {};
  // Caches must not give one page's answer to another.
  std::vector<HttpHeader> headers = {{"Vary", "Origin"}};
  if (origins_.OriginListed(origin)) {
    headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
    headers.push_back({"Access-Control-Expose-Headers", "Retry-After"});
  }
  return headers;
}

}  // namespace spanwire::transport

#include "bridge/transport/http_dispatcher.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/model/absl_view.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/http_query.h"
#include "bridge/transport/metrics_endpoint.h"
#include "bridge/transport/problem.h"
#include "bridge/transport/request_token.h"
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

std::optional<std::string> ValueOf(std::string_view name, const std::vector<QueryParameter>& parameters) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [name](const QueryParameter& parameter) { return parameter.name == name; });
  if (found == parameters.end()) return std::nullopt;
  return found->value;
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

Route HttpDispatcher::RouteOf(const HttpRequest& request) const {
  if (surface_ == Surface::kClients && IsForOperators(request.path)) return {Endpoint::kNotFound, ""};
  return FindRoute(request.method, request.path);
}

HttpAnswer HttpDispatcher::Dispatch(ShardContext& context, const HttpRequest& request, const HttpPeer& peer) const {
  const Route route = RouteOf(request);
  // With authentication the bridge has names that it is not told, behind proxies. A page of another name that leads
  // here (DNS rebinding) then gets what everybody gets: public topics.
  const bool any_host = context.settings.access->enabled() || AnswersAnyHost(route.endpoint);
  if (!any_host && !origins_.HostAllowed(request.host, peer.local)) {
    return Forbidden("this name of the bridge is not known to it: use a loopback address, or list it in allowed_hosts");
  }
  const std::string_view origin = request.Header("Origin");
  if (!origin.empty() && ServesOwnPagesOnly(route.endpoint) && !origins_.OriginAllowed(origin, request.host)) {
    return Forbidden("pages of this origin may not use the bridge: list it in allowed_origins");
  }
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
      return surface_ == Surface::kOperators ? MetricsResponse(context)
                                             : GuardedMetricsResponse(context, request, peer);
    case Endpoint::kPoll:
    case Endpoint::kSse:
    case Endpoint::kWebSocket:
      return AnswerSubscriber(context, request, peer, route);
    case Endpoint::kFile:
      return FileResponse(request, FindEmbeddedFile(request.path));
  }
  return ProblemResponse({.status = 500, .code = error_code::kInternal, .detail = "no endpoint"});
}

std::variant<HttpDispatcher::Asker, HttpResponse> HttpDispatcher::Identify(const ShardContext& context,
                                                                           const HttpRequest& request,
                                                                           const HttpPeer& peer) const {
  if (!context.settings.access->enabled()) return Asker();
  const absl::StatusOr<RequestToken> token = FindToken(request, context.config.auth.cookie);
  if (!token.ok()) {
    return RefuseRequest(error_code::kBadRequest, std::string(model::ToStd(token.status().message())));
  }
  if (token->source == RequestToken::Source::kNone) return Asker();
  if (token->source == RequestToken::Source::kCookie && !SaysWhereItIsFrom(request)) {
    return Forbidden(
        "a token in a cookie counts only with an Origin header: browsers send it with POST and WebSockets");
  }
  absl::StatusOr<auth::IdentityPtr> identity = context.settings.access->Authenticate(token->text);
  if (!identity.ok()) {
    context.shared.token_refusals.Tell(identity.status(), request.path, peer.remote);
    return Asker{.refusal = std::string(model::ToStd(identity.status().message()))};
  }
  return Asker{.identity = *std::move(identity)};
}

HttpAnswer HttpDispatcher::AnswerSubscriber(ShardContext& context, const HttpRequest& request, const HttpPeer& peer,
                                            const Route& route) const {
  std::variant<Asker, HttpResponse> identified = Identify(context, request, peer);
  if (auto* refusal = std::get_if<HttpResponse>(&identified)) return std::move(*refusal);
  auto& asker = std::get<Asker>(identified);
  if (route.endpoint == Endpoint::kWebSocket) return AnswerUpgrade(context, request, peer, std::move(asker));
  if (!asker.refusal.empty()) {
    HttpResponse refusal = ProblemResponse({.status = 401,
                                            .code = error_code::kUnauthorized,
                                            .detail = std::move(asker.refusal),
                                            .challenge = "Bearer error=\"invalid_token\""});
    refusal.close = true;  // who guesses pays for a connection each time
    return refusal;
  }
  return route.endpoint == Endpoint::kSse ? AnswerSse(context, request, peer, std::move(asker))
                                          : AnswerPoll(context, request, peer, std::move(asker));
}

HttpAnswer HttpDispatcher::AnswerPoll(ShardContext& context, const HttpRequest& request, const HttpPeer& peer,
                                      Asker asker) const {
  auto poll = MakePoll(context, request, asker.identity, peer.remote);
  if (auto* refusal = std::get_if<HttpResponse>(&poll)) return std::move(*refusal);
  return HeldPoll{.poll = std::get<std::shared_ptr<session::Poll>>(std::move(poll)), .headers = {}};
}

HttpAnswer HttpDispatcher::AnswerSse(ShardContext& context, const HttpRequest& request, const HttpPeer& peer,
                                     Asker asker) const {
  std::variant<SseRequest, HttpResponse> read = ReadSseRequest(context, request, asker.identity, peer.remote);
  if (auto* refusal = std::get_if<HttpResponse>(&read)) return std::move(*refusal);
  auto& stream = std::get<SseRequest>(read);
  if (context.draining()) {
    return SseFarewell(context, session::CloseCode::kRestart, "the bridge restarts", stream.form.named);
  }
  return EventStream{.head = SseHead(), .request = std::move(stream)};
}

bool HttpDispatcher::AnswersOverCap(const HttpRequest& request) const {
  const Endpoint endpoint = RouteOf(request).endpoint;
  return endpoint == Endpoint::kHealth || endpoint == Endpoint::kReadiness || endpoint == Endpoint::kMetrics;
}

HttpResponse HttpDispatcher::Refuse(const ShardContext& context, const HttpRequest& request) const {
  constexpr std::string_view kFull =
      "the bridge, or your address, has as many connections as it may have: come again later";
  const Route route = RouteOf(request);
  const std::string_view origin = request.Header("Origin");
  const bool allowed = origins_.OriginAllowed(origin, request.host) || origin.empty();
  HttpResponse response =
      route.endpoint == Endpoint::kSse && allowed
          ? SseFarewell(context, session::CloseCode::kOverloaded, kFull, WantsNamedEvents(request))
          : ProblemResponse({.status = 503, .code = error_code::kOverloaded, .detail = std::string(kFull)});
  AddCorsHeaders(origin, response);
  return response;
}

void HttpDispatcher::AddCorsHeaders(std::string_view origin, HttpResponse& response) const {
  AddHeaders{CorsHeaders(origin)}(response);
}

HttpAnswer HttpDispatcher::AnswerUpgrade(const ShardContext& context, const HttpRequest& request, const HttpPeer& peer,
                                         Asker asker) const {
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
                               // A token that does not count is answered behind the upgrade: browsers show no page the
                               // status of a handshake, but they do show it the code of a close.
                               .admission = {.identity = std::move(asker.identity),
                                             .refusal = std::move(asker.refusal),
                                             .since = ValueOf("cursor", *parameters)},
                               .json_heartbeat = ValueOf("heartbeat", *parameters) == "json"}};
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
    // An origin that is listed may act for its users, also by cookie; what is listed is always one exact origin.
    headers.push_back({"Access-Control-Allow-Credentials", "true"});
    headers.push_back({"Access-Control-Expose-Headers", "Retry-After"});
  }
  return headers;
}

}  // namespace spanwire::transport

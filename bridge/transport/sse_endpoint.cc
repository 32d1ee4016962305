#include "bridge/transport/sse_endpoint.h"

#include <memory>
#include <utility>

#include "bridge/model/absl_view.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/poll_query.h"
#include "bridge/transport/problem.h"
#include "bridge/transport/reconnect.h"

namespace spanwire::transport {
namespace {

using session::CloseCode;

HttpResponse Stream() {
  return {.headers = {{"Content-Type", "text/event-stream"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}},  // nginx would collect the events
          .close = true};
}

absl::StatusOr<session::PollQuery> ReadQuery(const HttpRequest& request) {
  return request.method == HttpMethod::kPost ? ParsePollBody(request.body) : ParsePollUrl(request.query);
}

}  // namespace

std::variant<SseRequest, HttpResponse> ReadSseRequest(ShardContext& context, const HttpRequest& request,
                                                      const auth::IdentityPtr& identity,
                                                      const boost::asio::ip::tcp::endpoint& remote) {
  absl::StatusOr<session::PollQuery> query = ReadQuery(request);
  if (!query.ok()) {
    return RefuseRequest(session::error_code::kBadRequest, std::string(model::ToStd(query.status().message())));
  }
  // It is the newer one: the browser sends it when it comes back, with the URL that it began with.
  if (const std::string_view last = request.Header("Last-Event-ID"); !last.empty()) query->cursor = last;
  session::PollRefusal refusal;
  if (!session::CheckPollQuery(context.settings, *identity, &*query, &refusal))
    return RefuseRequest(refusal.code, refusal.detail);
  const SseForm form{.chunked = request.minor_version >= 1, .named = query->named_events};
  return SseRequest{.peer = {.remote = remote, .user_agent = std::string(request.Header("User-Agent"))},
                    .identity = identity,
                    .query = *std::move(query),
                    .form = form};
}

HttpResponse SseHead() {
  HttpResponse response = Stream();
  response.streamed = true;
  return response;
}

HttpResponse SseFarewell(const ShardContext& context, CloseCode code, std::string_view reason, bool named) {
  HttpResponse response = Stream();
  const model::EnvelopePtr disconnect = session::DisconnectMessage(
      code, reason, ReconnectAfter(code, context.config.reconnect_spread), context.settings.clock->Now());
  response.body = EncodeSseFarewell(*disconnect, named);
  return response;
}

bool WantsNamedEvents(const HttpRequest& request) {
  const absl::StatusOr<session::PollQuery> query = ReadQuery(request);
  return query.ok() && query->named_events;
}

}  // namespace spanwire::transport

#include "bridge/transport/poll_endpoint.h"

#include <string_view>
#include <utility>

#include "bridge/model/absl_view.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/endpoint_text.h"
#include "bridge/transport/poll_query.h"
#include "bridge/transport/problem.h"

namespace spanwire::transport {
namespace {

HttpResponse PollResponse(absl::StatusOr<std::string> body) {
  if (absl::IsUnauthenticated(body.status())) {
    return RefuseRequest(session::error_code::kUnauthorized, std::string(model::ToStd(body.status().message())));
  }
  if (absl::IsPermissionDenied(body.status())) {
    return RefuseRequest(session::error_code::kForbidden, std::string(model::ToStd(body.status().message())));
  }
  if (!body.ok()) {
    return ProblemResponse({.status = 503,
                            .code = session::error_code::kOverloaded,
                            .detail = "the broker cannot be read now; poll again with the same cursor"});
  }
  return {.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, .body = *std::move(body)};
}

// Instead of an answer that would be one more to wait for its client, where as many wait as there is memory for.
HttpResponse NoRoom() {
  return ProblemResponse({.status = 503,
                          .code = session::error_code::kOverloaded,
                          .detail = "too much waits for slow clients already; poll again with the same cursor"});
}

}  // namespace

std::variant<std::shared_ptr<session::Poll>, HttpResponse> MakePoll(ShardContext& context, const HttpRequest& request,
                                                                    const auth::IdentityPtr& identity,
                                                                    const boost::asio::ip::tcp::endpoint& remote) {
  absl::StatusOr<session::PollQuery> query =
      request.method == HttpMethod::kPost ? ParsePollBody(request.body) : ParsePollUrl(request.query);
  if (!query.ok()) {
    return RefuseRequest(session::error_code::kBadRequest, std::string(model::ToStd(query.status().message())));
  }
  // While the bridge drains nobody is held: the poller gets what there is, and goes on elsewhere.
  if (request.method == HttpMethod::kHead || context.draining()) query->wait = absl::ZeroDuration();
  session::PollPeer peer{.identity = identity,
                         .remote_address = EndpointText(remote),
                         .user_agent = *context.user_agents.Intern(request.Header("User-Agent"))};
  session::PollRefusal refusal;
  std::shared_ptr<session::Poll> poll = session::Poll::Create(context.shard, context.registry, context.settings,
                                                              std::move(peer), *std::move(query), &refusal);
  if (poll == nullptr) return RefuseRequest(refusal.code, std::move(refusal.detail));
  return poll;
}

void PollHold::Begin(HeldPoll held, absl::AnyInvocable<void(HttpResponse)> answer) {
  held_ = std::move(held);
  context_.metrics.polls.Add();
  context_.metrics.Opened(observe::Transport::kPoll);
  held_.poll->Start([this, answer = std::move(answer)](absl::StatusOr<std::string> body) mutable {
    answer(Finish(std::move(body)));
  });
}

void PollHold::Cancel() {
  if (held_.poll == nullptr) return;
  // The poll and whoever waits for its answer hold each other until here.
  std::exchange(held_.poll, nullptr)->Cancel();
  context_.metrics.Closed(observe::Transport::kPoll);
}

HttpResponse PollHold::Finish(absl::StatusOr<std::string> body) {
  Cancel();
  const bool room = !body.ok() || context_.shared.outbound.Admit(body->size());
  if (body.ok() && room) context_.metrics.delivered_bytes.Add(body->size());
  const bool brings_events = body.ok() && room && body->starts_with("{\"messages\":[{");
  HttpResponse response = room ? PollResponse(std::move(body)) : NoRoom();
  response.brings_events = brings_events;
  for (HttpHeader& header : held_.headers) response.headers.push_back(std::move(header));
  return response;
}

}  // namespace spanwire::transport

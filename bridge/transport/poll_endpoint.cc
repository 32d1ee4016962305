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

HttpResponse Refuse(std::string_view code, std::string detail) {
  return ProblemResponse({.status = 400, .code = code, .detail = std::move(detail)});
}

}  // namespace

std::variant<std::shared_ptr<session::Poll>, HttpResponse> MakePoll(ShardContext& context, const HttpRequest& request,
                                                                    const boost::asio::ip::tcp::endpoint& remote) {
  absl::StatusOr<session::PollQuery> query =
      request.method == HttpMethod::kPost ? ParsePollBody(request.body) : ParsePollUrl(request.query);
  if (!query.ok()) {
    return Refuse(session::error_code::kBadRequest, std::string(model::ToStd(query.status().message())));
  }
  if (request.method == HttpMethod::kHead) query->wait = absl::ZeroDuration();
  session::PollPeer peer{.tenant_id = "",
                         .remote_address = EndpointText(remote),
                         .user_agent = *context.user_agents.Intern(request.Header("User-Agent"))};
  session::PollRefusal refusal;
  std::shared_ptr<session::Poll> poll = session::Poll::Create(context.shard, context.registry, context.settings,
                                                              std::move(peer), *std::move(query), &refusal);
  if (poll == nullptr) return Refuse(refusal.code, std::move(refusal.detail));
  return poll;
}

HttpResponse PollResponse(absl::StatusOr<std::string> body) {
  if (!body.ok()) {
    return ProblemResponse({.status = 503,
                            .code = session::error_code::kOverloaded,
                            .detail = "the broker cannot be read now; poll again with the same cursor"});
  }
  return {.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, .body = *std::move(body)};
}

}  // namespace spanwire::transport

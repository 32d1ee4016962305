#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "absl/functional/any_invocable.h"
#include "bridge/session/poll.h"
#include "bridge/transport/http_message.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// Checks a request to /api/poll by somebody of that identity: the poll to be started, or the answer that refuses it. A
// HEAD asks as a GET that does not wait. Shard thread only.
std::variant<std::shared_ptr<session::Poll>, HttpResponse> MakePoll(ShardContext& context, const HttpRequest& request,
                                                                    const auth::IdentityPtr& identity,
                                                                    const boost::asio::ip::tcp::endpoint& remote);

// A poll that is to be started, and headers for its answer.
struct HeldPoll {
  std::shared_ptr<session::Poll> poll;
  std::vector<HttpHeader> headers;
};

// The place of a connection for the poll that it holds. Shard thread only.
class PollHold {
 public:
  explicit PollHold(ShardContext& context) : context_(context) {}
  ~PollHold() { Cancel(); }
  PollHold(const PollHold&) = delete;
  PollHold& operator=(const PollHold&) = delete;

  // Starts the poll. `answer` gets the response to it, once and never inline, unless it is cancelled before.
  void Begin(HeldPoll held, absl::AnyInvocable<void(HttpResponse)> answer);
  // The poller is gone. Idempotent.
  void Cancel();

 private:
  HttpResponse Finish(absl::StatusOr<std::string> body);

  ShardContext& context_;
  HeldPoll held_;
};

}  // namespace spanwire::transport

#pragma once

#include <memory>
#include <string>
#include <variant>

#include <boost/asio/ip/tcp.hpp>

#include "absl/status/statusor.h"
#include "bridge/session/poll.h"
#include "bridge/transport/http_message.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// Checks a request to /api/poll: the poll to be started, or the answer that refuses it. A HEAD asks as a GET that does
// not wait. Shard thread only.
std::variant<std::shared_ptr<session::Poll>, HttpResponse> MakePoll(ShardContext& context, const HttpRequest& request,
                                                                    const boost::asio::ip::tcp::endpoint& remote);

// The answer to a poll that has ended.
HttpResponse PollResponse(absl::StatusOr<std::string> body);

}  // namespace spanwire::transport

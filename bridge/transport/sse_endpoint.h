#pragma once

#include <string>
#include <variant>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "bridge/session/close_code.h"
#include "bridge/session/poll.h"
#include "bridge/transport/http_message.h"
#include "bridge/transport/push_connection.h"
#include "bridge/transport/shard_context.h"
#include "bridge/transport/sse_event.h"

namespace spanwire::transport {

// An event stream that a client asked for, checked.
struct SseRequest {
  PushPeer peer;
  auth::IdentityPtr identity;
  session::PollQuery query;
  SseForm form;
};

// Checks a request to /api/sse by somebody of that identity: what is asked for, or the answer that refuses it before a
// stream begins. Shard thread only.
std::variant<SseRequest, HttpResponse> ReadSseRequest(ShardContext& context, const HttpRequest& request,
                                                      const auth::IdentityPtr& identity,
                                                      const boost::asio::ip::tcp::endpoint& remote);

// The head of the stream's response.
HttpResponse SseHead();

// A stream that says only that the client should come back later, because the bridge restarts or is overloaded: any
// other status than 200 would end a browser's EventSource for good. `named`: the client asked for event names.
HttpResponse SseFarewell(const ShardContext& context, session::CloseCode code, std::string_view reason, bool named);

// Whether a request to /api/sse, which need not be valid, asks for event names.
bool WantsNamedEvents(const HttpRequest& request);

}  // namespace spanwire::transport

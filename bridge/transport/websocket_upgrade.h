#pragma once

#include <optional>
#include <string_view>

#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// The server's side of a WebSocket's opening handshake (RFC 6455, section 4.2), apart from who may open one.

// The answer that refuses the request; nothing where it is a good handshake. `request` is a GET.
std::optional<HttpResponse> RefuseUpgrade(const HttpRequest& request);

// The answer to a good handshake: 101, without subprotocol or extensions.
HttpResponse AcceptUpgrade(const HttpRequest& request);

}  // namespace spanwire::transport

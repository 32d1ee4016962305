#pragma once

#include <optional>

#include "bridge/session/message_rate.h"
#include "bridge/transport/http_message.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// How fast one connection may ask: a request counts as a client's message does. Shard thread only.
class RequestRate {
 public:
  explicit RequestRate(const ShardContext& context)
      : rate_(context.config.limits.client_message_burst, context.settings.clock->Now()) {}

  // One more request: the answer that refuses it, 429, behind which the connection ends where it was far too much; none
  // where it is within the rate.
  std::optional<HttpResponse> Refuse(ShardContext& context);
  // The request was a poll that brought events: how often it comes is the topic's doing.
  void Return() { rate_.Return(); }

 private:
  session::MessageRate rate_;
};

}  // namespace spanwire::transport

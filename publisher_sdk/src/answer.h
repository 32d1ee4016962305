#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

#include <google/rpc/status.pb.h>

#include "publisher_sdk/src/backoff.h"
#include "spanwire/publish_result.h"
#include "spanwire/v1/publisher.pb.h"

namespace spanwire::internal {

// How large a message may be.
struct MessageBound {
  size_t events = std::numeric_limits<size_t>::max();
  size_t bytes = std::numeric_limits<size_t>::max();
};

// The bridge's word on one event, as the SDK acts on it.
struct Answer {
  PublishResult result;
  // Set where the bridge could not take the event just then (RESOURCE_EXHAUSTED or UNAVAILABLE): it may be sent again
  // after at least this long. Zero where the bridge named no time.
  std::optional<Duration> retry_after;
  // Set where a message was too large for the bridge: what it takes.
  std::optional<MessageBound> bound;
};

// A result with neither a response nor an error is INTERNAL: the bridge broke its contract.
Answer ReadAnswer(const v1::PublishResult& result);

// The status that a stream ended with, as if it were said of an event. `details` is the google.rpc.Status that gRPC
// carries beside code and message; it may be empty. A message that gRPC itself finds too large is MESSAGE_TOO_LARGE
// too, and no reason to send it again: gRPC says so in words alone, as RESOURCE_EXHAUSTED.
Answer ReadStreamEnd(int code, const std::string& message, const std::string& details);

PublishResult Failure(absl::Status status, std::string reason = {});

}  // namespace spanwire::internal

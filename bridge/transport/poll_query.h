#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "bridge/session/poll_query.h"

namespace spanwire::transport {

// What a poller, or who opens an event stream, asks for, from the two places where it may stand (docs/protocol.md,
// section 5). Unknown members are ignored; null counts as not given. INVALID_ARGUMENT with a sentence for the client.

// The query of a GET's URL.
absl::StatusOr<session::PollQuery> ParsePollUrl(std::string_view text);

// The body of a POST: a JSON object. Never throws.
absl::StatusOr<session::PollQuery> ParsePollBody(std::string_view body);

}  // namespace spanwire::transport

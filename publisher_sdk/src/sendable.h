#pragma once

#include "spanwire/publish_result.h"
#include "spanwire/v1/event.pb.h"

namespace spanwire::internal {

// How many objects and arrays of an event's data may stand in each other: the bridge's own bound (docs/protocol.md,
// section 8).
inline constexpr int kMaxNesting = 100;

// OK where a bridge can read the event off the wire. One that it cannot would end the stream, again and again, for all
// the events around it: text that is not UTF-8, JSON nested too deep, more bytes than a gRPC message takes.
// INVALID_ARGUMENT then. Whether the bridge likes the event is the bridge's business.
PublishResult CheckSendable(const v1::Event& event);

}  // namespace spanwire::internal

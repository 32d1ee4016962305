#pragma once

#include <cstddef>
#include <cstdint>

#include "bridge/fanout/conflation.h"
#include "bridge/fanout/hub.h"
#include "bridge/fanout/run.h"
#include "bridge/session/session_output.h"

namespace spanwire::session {

// What a client that is too slow still gets of a topic with `slow = "latest"`: the newest event per key, of the topic
// where no key is configured, until it takes more. Exists from the first run that found the queue too long until all of
// it is sent. Shard thread only.
class LatestEvents {
 public:
  // False: there are more keys than `max_events`, so that keeping the newest of each is not possible.
  bool Add(const fanout::Run& run, const fanout::TopicRules& rules, size_t max_events);
  // Sends the oldest ones, in order, while less than `queue_bytes` would be queued. True: all are sent.
  bool SendSome(SessionOutput& output, size_t queue_bytes);

  bool empty() const { return events_.empty(); }
  // Everything before this offset has been handed to the transport, or gave way. Not when empty.
  uint64_t oldest_offset() const { return events_.oldest_offset(); }

 private:
  fanout::NewestEvents events_;
};

}  // namespace spanwire::session

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/broker/broker.h"

namespace spanwire::session {

// One topic's part in the answer to a poll.
struct PolledTopic {
  std::string_view name;
  const broker::Page* page;
  bool show_recovered;
  bool recovered;
};

// Bounds of one answer. At least one event is sent where there is one.
struct PollLimits {
  size_t max_messages;
  size_t max_bytes;
};

struct PollAnswer {
  std::string body;
  size_t messages;  // events in it
};

// The body of a poll's answer (docs/protocol.md, section 5): the topics' events merged by offset up to the point to
// which every topic's page is complete, and the cursor of that point. All pages are of one log: their epochs are equal.
PollAnswer WritePollAnswer(const std::vector<PolledTopic>& topics, const PollLimits& limits);

}  // namespace spanwire::session

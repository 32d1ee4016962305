#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "bridge/session/settings.h"

namespace spanwire::session {

// What somebody asks for who says it in a URL or a JSON body (docs/protocol.md, section 5), and not yet checked: a
// poller, or who opens an event stream.
struct PollQuery {
  std::vector<std::string> topics;
  std::optional<std::string> cursor;
  absl::Duration wait = absl::Seconds(25);  // a poll's
  uint32_t history = 0;
  bool named_events = false;  // an event stream's: events=named
};

// Why it is refused.
struct PollRefusal {
  std::string_view code;  // of error_code
  std::string detail;     // what is wrong and what to do
};

// Checks the query, of somebody of that identity, and takes repeated topics out of it. False and `refusal` where it is
// bad or asks for what the identity may not read.
bool CheckPollQuery(const Settings& settings, const auth::Identity& identity, PollQuery* query, PollRefusal* refusal);

}  // namespace spanwire::session

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace spanwire::cli::tail {

// One topic envelope (docs/protocol.md, section 1), read.
struct Envelope {
  std::string type;
  std::string topic;
  std::string timestamp;
  std::string event;               // ADDED and the like; empty where the event is about no entity
  std::optional<uint64_t> offset;  // events have one, control messages do not
  std::string data;                // its exact JSON text
  std::string json;                // the whole, on one line
};

// Reads one envelope; a `batch` gives its messages instead of itself. INTERNAL where it is no envelope.
absl::StatusOr<std::vector<Envelope>> ReadEnvelopes(std::string_view text);

// What a control message tells, in words for people: "stats: following after 7k3-42".
std::string DescribeControl(const Envelope& envelope);

}  // namespace spanwire::cli::tail

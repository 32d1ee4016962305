#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace spanwire::model {

inline constexpr size_t kMaxTopicBytes = 255;
inline constexpr size_t kMaxTypeBytes = 128;

// The topic of control messages that concern no topic.
inline constexpr std::string_view kBridgeTopic = "$bridge";

// A byte of a topic's alphabet: `A-Z a-z 0-9 . _ : / ~ -`.
bool IsTopicByte(unsigned char c);

// OK for 1 to 255 bytes of `A-Z a-z 0-9 . _ : / ~ -`; else INVALID_ARGUMENT with a sentence that names the fault.
// A leading `$` is the bridge's own and refused here too.
absl::Status ValidateTopic(std::string_view topic);

// OK for 1 to 128 bytes of `A-Z a-z 0-9 . _ : / -` that are no control type's name (docs/protocol.md, section 3).
absl::Status ValidateEventType(std::string_view type);

// `value` as it stands inside a topic: every byte outside `A-Z a-z 0-9 . _ -` as `~hh` (two lower-case hex digits).
std::string EncodeTopicValue(std::string_view value);

// A pattern is a topic, or a prefix and a trailing `*`.
absl::Status ValidateTopicPattern(std::string_view pattern);
bool TopicMatches(std::string_view pattern, std::string_view topic);

}  // namespace spanwire::model

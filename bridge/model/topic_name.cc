#include "bridge/model/topic_name.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "bridge/model/absl_view.h"

namespace spanwire::model {
namespace {

constexpr std::array<std::string_view, 8> kControlTypes = {"connected", "subscription", "unsubscription", "pong",
                                                           "ping",      "batch",        "error",          "disconnect"};

bool IsTypeByte(unsigned char c) {
  return IsTopicByte(c) && c != '~';
}

// `text` as it may stand in a sentence for people: short and without control bytes.
std::string Shown(std::string_view text) {
  std::string shown = absl::CHexEscape(ToAbsl(text.substr(0, 64)));
  if (text.size() > 64) shown += "...";
  return shown;
}

}  // namespace

bool IsTopicByte(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == ':' || c == '/' || c == '~' || c == '-';
}

absl::Status ValidateTopic(std::string_view topic) {
  if (topic.empty()) return absl::InvalidArgumentError("topic is empty: name one, such as \"stats\"");
  if (topic.size() > kMaxTopicBytes) {
    return absl::InvalidArgumentError(
        fmt::format("topic has {} bytes: at most {} are allowed", topic.size(), kMaxTopicBytes));
  }
  if (topic.front() == '$') {
    return absl::InvalidArgumentError(
        fmt::format("topic \"{}\" starts with $: those are the bridge's own", Shown(topic)));
  }
  if (!std::all_of(topic.begin(), topic.end(), IsTopicByte)) {
    return absl::InvalidArgumentError(
        fmt::format("topic \"{}\" has a byte outside A-Z a-z 0-9 . _ : / ~ -", Shown(topic)));
  }
  return absl::OkStatus();
}

absl::Status ValidateEventType(std::string_view type) {
  if (type.empty()) return absl::InvalidArgumentError("type is empty: name one, such as \"order_shipped\"");
  if (type.size() > kMaxTypeBytes) {
    return absl::InvalidArgumentError(
        fmt::format("type has {} bytes: at most {} are allowed", type.size(), kMaxTypeBytes));
  }
  if (!std::all_of(type.begin(), type.end(), IsTypeByte)) {
    return absl::InvalidArgumentError(fmt::format("type \"{}\" has a byte outside A-Z a-z 0-9 . _ : / -", Shown(type)));
  }
  if (std::find(kControlTypes.begin(), kControlTypes.end(), type) != kControlTypes.end()) {
    return absl::InvalidArgumentError(
        fmt::format("type \"{}\" is a control type of the bridge: choose another name", type));
  }
  return absl::OkStatus();
}

std::string EncodeTopicValue(std::string_view value) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string encoded;
  encoded.reserve(value.size());
  for (const unsigned char c : value) {
    if (absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-') {
      encoded.push_back(static_cast<char>(c));
    } else {
      encoded.push_back('~');
      encoded.push_back(kHex[c >> 4]);
      encoded.push_back(kHex[c & 15]);
    }
  }
  return encoded;
}

absl::Status ValidateTopicPattern(std::string_view pattern) {
  if (pattern.ends_with('*'))
    pattern.remove_suffix(1);
  else if (pattern.empty())
    return absl::InvalidArgumentError("pattern is empty: \"*\" means every topic");
  if (pattern.empty()) return absl::OkStatus();
  if (absl::Status status = ValidateTopic(pattern); !status.ok()) {
    return absl::InvalidArgumentError(fmt::format("bad pattern: {}", ToStd(status.message())));
  }
  return absl::OkStatus();
}

bool TopicMatches(std::string_view pattern, std::string_view topic) {
  if (pattern.ends_with('*')) return topic.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == topic;
}

}  // namespace spanwire::model

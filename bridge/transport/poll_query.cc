#include "bridge/transport/poll_query.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "bridge/transport/http_query.h"

namespace spanwire::transport {
namespace {

namespace json = boost::json;
using session::PollQuery;

constexpr double kMaxWaitSeconds = 60;
constexpr size_t kMaxDepth = 8;
constexpr std::string_view kNamed = "named";

absl::Status BadTopics() {
  return absl::InvalidArgumentError("topics must be a string or an array of strings, such as [\"stats\", \"logs\"]");
}
absl::Status BadCursorType() {
  return absl::InvalidArgumentError("cursor must be a string, as given by the bridge");
}
absl::Status BadWait() {
  return absl::InvalidArgumentError("wait must be a number of seconds, 0 to 60");
}
absl::Status BadHistory() {
  return absl::InvalidArgumentError("history must be a whole number, 0 or more: how many events per topic");
}

absl::Status SetWait(double seconds, PollQuery* query) {
  if (!std::isfinite(seconds) || seconds < 0) return BadWait();
  query->wait = absl::Seconds(std::min(seconds, kMaxWaitSeconds));
  return absl::OkStatus();
}

void SetHistory(uint64_t count, PollQuery* query) {
  query->history = static_cast<uint32_t>(std::min<uint64_t>(count, std::numeric_limits<uint32_t>::max()));
}

// `a,b`. An empty list has no topics; an empty name in a list is for the poll to refuse.
void AddTopics(std::string_view list, PollQuery* query) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    query->topics.emplace_back(list.substr(0, comma));
    if (comma + 1 == list.size()) query->topics.emplace_back();
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

absl::Status SetFromUrl(const QueryParameter& parameter, PollQuery* query) {
  if (parameter.name == "topics") {
    AddTopics(parameter.value, query);
  } else if (parameter.name == "cursor") {
    query->cursor = parameter.value;
  } else if (parameter.name == "wait") {
    const std::optional<double> seconds = ParseNumber<double>(parameter.value);
    return seconds ? SetWait(*seconds, query) : BadWait();
  } else if (parameter.name == "events") {
    query->named_events = parameter.value == kNamed;
  } else if (parameter.name == "history") {
    const std::optional<uint64_t> count = ParseNumber<uint64_t>(parameter.value);
    if (!count) return BadHistory();
    SetHistory(*count, query);
  }
  return absl::OkStatus();
}

std::string Text(const json::value& value) {
  const json::string& text = value.get_string();
  return {text.data(), text.size()};
}

absl::Status SetTopics(const json::value& topics, PollQuery* query) {
  if (topics.is_string()) {
    AddTopics(Text(topics), query);
    return absl::OkStatus();
  }
  if (!topics.is_array()) return BadTopics();
  for (const json::value& topic : topics.get_array()) {
    if (!topic.is_string()) return BadTopics();
    query->topics.push_back(Text(topic));
  }
  return absl::OkStatus();
}

absl::Status SetFromJson(std::string_view name, const json::value& value, PollQuery* query) {
  if (value.is_null()) return absl::OkStatus();
  if (name == "topics") return SetTopics(value, query);
  if (name == "cursor") {
    if (!value.is_string()) return BadCursorType();
    query->cursor = Text(value);
  } else if (name == "wait") {
    if (!value.is_number()) return BadWait();
    return SetWait(value.to_number<double>(), query);
  } else if (name == "events") {
    query->named_events = value.is_string() && Text(value) == kNamed;
  } else if (name == "history") {
    json::error_code not_whole;
    const auto count = value.to_number<uint64_t>(not_whole);
    if (not_whole) return BadHistory();
    SetHistory(count, query);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PollQuery> ParsePollUrl(std::string_view text) {
  const absl::StatusOr<std::vector<QueryParameter>> parameters = ParseQuery(text);
  if (!parameters.ok()) return parameters.status();
  PollQuery query;
  std::vector<std::string_view> given;
  for (const QueryParameter& parameter : *parameters) {
    const absl::Status set = SetFromUrl(parameter, &query);
    if (!set.ok()) return set;
    const bool single = parameter.name == "cursor" || parameter.name == "wait" || parameter.name == "history";
    if (single && std::find(given.begin(), given.end(), parameter.name) != given.end()) {
      return absl::InvalidArgumentError(fmt::format("{} is given more than once", parameter.name));
    }
    if (single) given.push_back(parameter.name);
  }
  return query;
}

absl::StatusOr<PollQuery> ParsePollBody(std::string_view body) {
  json::error_code failure;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  const json::value value = json::parse({body.data(), body.size()}, failure, {}, options);
  if (failure || !value.is_object()) {
    return absl::InvalidArgumentError("the body must be a JSON object, such as {\"topics\": [\"stats\"]}");
  }
  PollQuery query;
  for (const auto& member : value.get_object()) {
    const json::string_view name = member.key();
    if (absl::Status set = SetFromJson({name.data(), name.size()}, member.value(), &query); !set.ok()) return set;
  }
  return query;
}

}  // namespace spanwire::transport

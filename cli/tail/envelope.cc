#include "cli/tail/envelope.h"

#include <algorithm>

#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "cli/tail/json_extents.h"
#include "fmt/format.h"

namespace spanwire::cli::tail {
namespace {

namespace json = boost::json;

constexpr size_t kMaxDepth = 200;  // events may nest 100 deep, and a batch adds to that

std::string Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return "";
  return {value->get_string().data(), value->get_string().size()};
}

std::optional<uint64_t> Number(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr) return std::nullopt;
  json::error_code error;
  const auto number = value->to_number<uint64_t>(error);
  return error ? std::nullopt : std::optional<uint64_t>(number);
}

absl::StatusOr<json::object> ParseObject(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error, json::storage_ptr(), options);
  if (error || !value.is_object()) return absl::InternalError("the bridge sent an envelope that is no JSON object");
  return std::move(value.get_object());
}

std::string_view Extent(std::string_view text, std::string_view name) {
  for (const JsonExtent& extent : JsonExtents(text)) {
    if (extent.name == name) return extent.value;
  }
  return "";
}

// Line breaks can only stand between tokens of valid JSON, where a space means the same.
std::string OnOneLine(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

Envelope FromObject(const json::object& object, std::string_view text) {
  Envelope envelope;
  envelope.type = Text(object, "type");
  envelope.topic = Text(object, "topic");
  envelope.timestamp = Text(object, "timestamp");
  envelope.event = Text(object, "event");
  envelope.offset = Number(object, "offset");
  envelope.data = OnOneLine(Extent(text, "data"));
  envelope.json = OnOneLine(text);
  return envelope;
}

std::string DescribeSubscription(const std::string& topic, const json::object& data) {
  const std::string cursor = Text(data, "cursor");
  const json::value* recovered = data.if_contains("recovered");
  if (recovered != nullptr && recovered->is_bool() && !recovered->get_bool()) {
    return fmt::format("{}: events after --since are lost; following after {}", topic, cursor);
  }
  return fmt::format("{}: following after {}", topic, cursor);
}

}  // namespace

absl::StatusOr<std::vector<Envelope>> ReadEnvelopes(std::string_view text) {
  const absl::StatusOr<json::object> object = ParseObject(text);
  if (!object.ok()) return object.status();
  Envelope envelope = FromObject(*object, text);
  if (envelope.offset || envelope.type != "batch") return std::vector<Envelope>{std::move(envelope)};
  std::vector<Envelope> envelopes;
  for (const JsonExtent& message : JsonExtents(Extent(envelope.data, "messages"))) {
    const absl::StatusOr<json::object> inner = ParseObject(message.value);
    if (!inner.ok()) return inner.status();
    envelopes.push_back(FromObject(*inner, message.value));
  }
  return envelopes;
}

std::string DescribeControl(const Envelope& envelope) {
  const absl::StatusOr<json::object> data = ParseObject(envelope.data);
  if (!data.ok()) return fmt::format("{}: {}", envelope.topic, envelope.type);
  if (envelope.type == "subscription") return DescribeSubscription(envelope.topic, *data);
  if (envelope.type == "unsubscription") return fmt::format("{}: ended: {}", envelope.topic, Text(*data, "reason"));
  if (envelope.type == "error") {
    return fmt::format("{}: {} ({})", envelope.topic, Text(*data, "message"), Text(*data, "code"));
  }
  return fmt::format("{}: {} {}", envelope.topic, envelope.type, envelope.data);
}

}  // namespace spanwire::cli::tail

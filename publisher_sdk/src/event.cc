#include "spanwire/event.h"

#include <algorithm>
#include <utility>

#include <google/protobuf/struct.pb.h>

#include "absl/strings/ascii.h"

namespace spanwire {
namespace {

google::protobuf::Timestamp ToTimestamp(std::chrono::system_clock::time_point time) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds.count());
  timestamp.set_nanos(static_cast<int32_t>(std::chrono::nanoseconds(since_epoch - seconds).count()));
  return timestamp;
}

void Apply(const PublishOptions& options, std::chrono::system_clock::time_point now, v1::Event& event) {
  if (!options.topic.empty()) event.set_topic(options.topic);
  if (!options.type.empty()) event.set_type(options.type);
  if (!options.id.empty()) event.set_id(options.id);
  if (!options.tenant_id.empty()) event.set_tenant_id(options.tenant_id);
  if (options.timestamp || !event.has_timestamp())
    *event.mutable_timestamp() = ToTimestamp(options.timestamp.value_or(now));
  if (options.entity) *event.mutable_entity() = *options.entity;
  if (!options.trace_id.empty()) {
    event.set_trace_id(options.trace_id);
  } else if (std::string trace_id = TraceIdOf(options.traceparent); !trace_id.empty()) {
    event.set_trace_id(std::move(trace_id));
  }
}

v1::EntityChange Change(v1::EntityChange::Kind kind, std::string_view entity_id, std::string_view user_id) {
  v1::EntityChange change;
  change.set_kind(kind);
  change.set_entity_id(std::string(entity_id));
  change.set_user_id(std::string(user_id));
  return change;
}

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

v1::EntityChange EntityAdded(std::string_view entity_id, std::string_view user_id) {
  return Change(v1::EntityChange::KIND_ADDED, entity_id, user_id);
}

v1::EntityChange EntityUpdated(std::string_view entity_id, std::string_view user_id) {
  return Change(v1::EntityChange::KIND_UPDATED, entity_id, user_id);
}

v1::EntityChange EntityDeleted(std::string_view entity_id, std::string_view user_id) {
  return Change(v1::EntityChange::KIND_DELETED, entity_id, user_id);
}

v1::EntityChange EntityStatusChanged(std::string_view entity_id, std::string_view user_id) {
  return Change(v1::EntityChange::KIND_STATUS_CHANGED, entity_id, user_id);
}

v1::EntityChange EntityChanged(std::string_view kind, std::string_view entity_id, std::string_view user_id) {
  v1::EntityChange change = Change(v1::EntityChange::KIND_UNSPECIFIED, entity_id, user_id);
  change.set_custom_kind(std::string(kind));
  return change;
}

v1::Event MakeEvent(const google::protobuf::Message& payload, const PublishOptions& options,
                    std::chrono::system_clock::time_point now) {
  v1::Event event;
  if (const auto* ready = dynamic_cast<const v1::Event*>(&payload)) {
    event = *ready;
  } else if (const auto* json = dynamic_cast<const google::protobuf::Struct*>(&payload)) {
    *event.mutable_json() = *json;
  } else {
    event.mutable_message()->PackFrom(payload);
  }
  Apply(options, now, event);
  return event;
}

v1::Event MakeEvent(const JsonText& payload, const PublishOptions& options, std::chrono::system_clock::time_point now) {
  v1::Event event;
  event.set_json_text(payload.text);
  Apply(options, now, event);
  return event;
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

std::string UserTopic(std::string_view user) {
  return "user:" + EncodeTopicValue(user);
}

std::string TraceIdOf(std::string_view traceparent) {
  // version "-" trace-id "-" parent-id "-" flags; later versions may append to it.
  if (traceparent.size() < 55 || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') return {};
  const std::string_view version = traceparent.substr(0, 2);
  const std::string_view trace_id = traceparent.substr(3, 32);
  if (!IsLowerHex(version) || version == "ff" || (version == "00" && traceparent.size() != 55)) return {};
  if (!IsLowerHex(trace_id) || trace_id.find_first_not_of('0') == std::string_view::npos) return {};
  if (!IsLowerHex(traceparent.substr(36, 16)) || !IsLowerHex(traceparent.substr(53, 2))) return {};
  return std::string(trace_id);
}

}  // namespace spanwire

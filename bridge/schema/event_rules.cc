#include "bridge/schema/event_rules.h"

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/topic_name.h"
#include "bridge/schema/entity_info.h"
#include "bridge/schema/scalar_text.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Descriptor;

absl::Status ReadTopic(const Descriptor& type, EventRules& rules) {
  absl::StatusOr<TopicTemplate> topic = TopicTemplate::Parse(rules.options.topic(), type);
  if (!topic.ok()) return topic.status();
  rules.topic = *std::move(topic);
  return absl::OkStatus();
}

absl::Status ReadDataField(const Descriptor& type, EventRules& rules) {
  const std::string& name = rules.options.data_field();
  if (name.empty()) return absl::OkStatus();
  rules.data_field = type.FindFieldByName(name);
  if (rules.data_field != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("data_field: the message has no field \"{}\"", name));
}

absl::Status ReadEntity(const Descriptor& type, EventRules& rules) {
  const std::string& kind = rules.options.entity_kind();
  const std::string& name = rules.options.entity_id_field();
  if (kind.empty() && name.empty()) return absl::OkStatus();
  if (kind.empty()) return absl::InvalidArgumentError("entity_id_field needs entity_kind: set both");
  if (name.empty()) return absl::InvalidArgumentError("entity_kind needs entity_id_field: set both");
  if (!IsEntityKind(kind)) {
    return absl::InvalidArgumentError("entity_kind is 1 to 64 bytes of A-Z a-z 0-9 _, such as UPDATED");
  }
  rules.entity_id_field = type.FindFieldByName(name);
  if (rules.entity_id_field == nullptr) {
    return absl::InvalidArgumentError(fmt::format("entity_id_field: the message has no field \"{}\"", name));
  }
  if (!HasScalarText(*rules.entity_id_field)) {
    return absl::InvalidArgumentError(
        fmt::format("entity_id_field: field \"{}\" must be a single string, integer, bool or enum", name));
  }
  return absl::OkStatus();
}

absl::Status ReadOptions(const Descriptor& type, EventRules& rules) {
  if (!rules.options.type().empty()) {
    if (absl::Status status = model::ValidateEventType(rules.options.type()); !status.ok()) return status;
  }
  if (absl::Status status = ReadTopic(type, rules); !status.ok()) return status;
  if (absl::Status status = ReadDataField(type, rules); !status.ok()) return status;
  return ReadEntity(type, rules);
}

}  // namespace

absl::StatusOr<EventRules> ReadEventRules(const Descriptor& type) {
  EventRules rules;
  if (!type.options().HasExtension(v1::event)) return rules;
  rules.annotated = true;
  rules.options = type.options().GetExtension(v1::event);
  if (absl::Status status = ReadOptions(type, rules); !status.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("message {}, option (spanwire.v1.event): {}", type.full_name(), model::ToStd(status.message())));
  }
  return rules;
}

}  // namespace spanwire::schema

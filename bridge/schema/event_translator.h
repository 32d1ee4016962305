#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bridge/schema/entity_info.h"
#include "bridge/schema/parsed_message.h"
#include "bridge/schema/schema_registry.h"
#include "spanwire/v1/event.pb.h"

namespace spanwire::schema {

// An event whose topic, type, entity and payload are understood. Borrows the Event and the EventTranslator that it came
// from: must not outlive them. Belongs to one thread.
class OpenedEvent {
 public:
  // Both valid (model::ValidateTopic, model::ValidateEventType); live as long as the object, and move with it.
  std::string_view topic() const { return own_topic_.empty() ? topic_ : std::string_view(own_topic_); }
  std::string_view type() const { return type_; }
  // Set for entity events.
  const std::optional<EntityInfo>& entity() const { return entity_; }

  // Appends the payload as a JSON object (docs/protocol.md, section 8). On error `out` is as it was before:
  // INVALID_ARGUMENT with reason BAD_PAYLOAD or EVENT_TOO_LARGE, or FAILED_PRECONDITION with UNKNOWN_TYPE for what an
  // Any inside holds.
  absl::Status AppendData(std::string* out);

  // Fields of the payload that its schema does not know and that were left out. Complete after AppendData.
  uint64_t unknown_fields() const { return unknown_fields_; }

 private:
  friend class EventTranslator;
  OpenedEvent(const SchemaRegistry& registry, const v1::Event& event, size_t max_data_bytes)
      : registry_(&registry), event_(&event), max_data_bytes_(max_data_bytes) {}

  absl::Status OpenMessage();
  absl::Status FindTopic();
  absl::Status FindType();
  absl::Status FindEntity();
  absl::Status AppendPayload(std::string* out);
  absl::Status AppendMessage(std::string* out);

  const SchemaRegistry* registry_;
  const v1::Event* event_;
  size_t max_data_bytes_;
  const MessageType* message_type_ = nullptr;  // of a typed payload, with message_
  ParsedMessage message_;
  std::string_view topic_;  // unless own_topic_ holds a filled template
  std::string own_topic_;
  std::string_view type_;
  std::optional<EntityInfo> entity_;
  uint64_t unknown_fields_ = 0;
};

inline constexpr size_t kDefaultMaxDataBytes = 256 * 1024;

// Turns published events into what browsers read. Any thread may use it at once.
class EventTranslator {
 public:
  // Data of more than about `max_data_bytes` is refused while it is written, since a few bytes of protobuf can stand
  // for a lot of JSON.
  explicit EventTranslator(std::shared_ptr<const SchemaRegistry> registry, size_t max_data_bytes = kDefaultMaxDataBytes)
      : registry_(std::move(registry)), max_data_bytes_(max_data_bytes) {}

  // Understands `event` but for its tenant, time and ids. Every error carries a reason (model::DetailOf):
  //   UNKNOWN_TYPE       FAILED_PRECONDITION; metadata `type`
  //   MISSING_PAYLOAD    and the rest: INVALID_ARGUMENT; metadata `field` names the field of the event
  //   BAD_PAYLOAD        the payload's bytes are no such message
  //   MISSING_TOPIC, MISSING_TYPE    neither the event nor its type's options give one
  //   BAD_TOPIC, BAD_TYPE            it may not be named so
  //   TOPIC_FIELD_EMPTY  a field of the topic template has no value
  //   EVENT_TOO_LARGE    the payload's bytes are more than its data may be
  //   BAD_ENTITY         kind or entity id is missing or wrong
  absl::StatusOr<OpenedEvent> Open(const v1::Event& event) const;

  const std::shared_ptr<const SchemaRegistry>& registry() const { return registry_; }

 private:
  std::shared_ptr<const SchemaRegistry> registry_;
  size_t max_data_bytes_;
};

}  // namespace spanwire::schema

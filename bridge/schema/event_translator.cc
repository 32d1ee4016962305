#include "bridge/schema/event_translator.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/model/topic_name.h"
#include "bridge/schema/compact_json.h"
#include "bridge/schema/json_plan.h"
#include "bridge/schema/json_writer.h"
#include "bridge/schema/struct_json.h"

namespace spanwire::schema {
namespace {

absl::Status Refusal(std::string_view reason, std::string_view field, std::string_view sentence) {
  return model::MakeError(absl::StatusCode::kInvalidArgument, sentence,
                          {.reason = std::string(reason), .metadata = {{"field", std::string(field)}}});
}

absl::Status TooLarge(std::string_view field, size_t bytes, size_t limit) {
  return model::MakeError(
      absl::StatusCode::kInvalidArgument,
      fmt::format("{} has {} bytes: an event's data may have {}", field, bytes, limit),
      {.reason = "EVENT_TOO_LARGE",
       .metadata = {
           {"field", std::string(field)}, {"bytes", std::to_string(bytes)}, {"limit", std::to_string(limit)}}});
}

// `status`, with the field where it is about the payload as such.
absl::Status BadPayload(std::string_view field, const absl::Status& status) {
  model::ErrorDetail detail = model::DetailOf(status);
  if (!detail.reason.empty() && detail.reason != "BAD_PAYLOAD") return status;
  detail.reason = "BAD_PAYLOAD";
  detail.metadata.emplace_back("field", field);
  return model::MakeError(absl::StatusCode::kInvalidArgument,
                          fmt::format("{}: {}", field, model::ToStd(status.message())), std::move(detail));
}

std::string_view PayloadField(const v1::Event& event) {
  switch (event.payload_case()) {
    case v1::Event::kMessage:
      return "message";
    case v1::Event::kJson:
      return "json";
    default:
      return "json_text";
  }
}

}  // namespace

absl::StatusOr<OpenedEvent> EventTranslator::Open(const v1::Event& event) const {
  OpenedEvent opened(*registry_, event, max_data_bytes_);
  if (event.payload_case() == v1::Event::PAYLOAD_NOT_SET) {
    return Refusal("MISSING_PAYLOAD", "payload",
                   "the event has no payload: set message (a typed one), json or json_text");
  }
  if (event.has_message()) {
    if (absl::Status status = opened.OpenMessage(); !status.ok()) return status;
  }
  if (absl::Status status = opened.FindType(); !status.ok()) return status;
  if (absl::Status status = opened.FindTopic(); !status.ok()) return status;
  if (absl::Status status = opened.FindEntity(); !status.ok()) return status;
  return opened;
}

absl::Status OpenedEvent::OpenMessage() {
  const google::protobuf::Any& any = event_->message();
  if (any.type_url().empty()) {
    return Refusal("BAD_PAYLOAD", "message.type_url",
                   "message.type_url is empty: pack a message into it (Any::PackFrom or your language's like)");
  }
  absl::StatusOr<const MessageType*> type = registry_->FindByUrl(any.type_url());
  if (!type.ok()) return type.status();
  if (any.value().size() > max_data_bytes_) {
    return TooLarge("message", any.value().size(), max_data_bytes_);
  }
  absl::StatusOr<ParsedMessage> message = ParsedMessage::Parse((*type)->prototype(), any.value());
  if (!message.ok()) return BadPayload("message", message.status());
  message_type_ = *type;
  message_ = *std::move(message);
  return absl::OkStatus();
}

absl::Status OpenedEvent::FindType() {
  if (!event_->type().empty()) {
    type_ = event_->type();
    const absl::Status status = model::ValidateEventType(type_);
    return status.ok() ? status : Refusal("BAD_TYPE", "type", model::ToStd(status.message()));
  }
  if (message_type_ != nullptr) type_ = message_type_->rules().options.type();  // was checked when it was loaded
  if (!type_.empty()) return absl::OkStatus();
  return Refusal(
      "MISSING_TYPE", "type",
      "the event has no type: set Event.type, or publish a message whose (spanwire.v1.event) option has one");
}

absl::Status OpenedEvent::FindTopic() {
  if (event_->topic().empty()) {
    if (message_type_ == nullptr || message_type_->rules().topic.empty()) {
      return Refusal(
          "MISSING_TOPIC", "topic",
          "the event has no topic: set Event.topic, or publish a message whose (spanwire.v1.event) option has one");
    }
    const TopicTemplate& topic = message_type_->rules().topic;
    if (topic.is_literal()) {
      topic_ = topic.literal();  // was checked when it was loaded
      return absl::OkStatus();
    }
    absl::StatusOr<std::string> filled = topic.Fill(*message_);
    if (!filled.ok()) return filled.status();
    own_topic_ = *std::move(filled);
  } else {
    topic_ = event_->topic();
  }
  const absl::Status status = model::ValidateTopic(topic());
  return status.ok() ? status : Refusal("BAD_TOPIC", "topic", model::ToStd(status.message()));
}

absl::Status OpenedEvent::FindEntity() {
  const bool by_type = message_type_ != nullptr && message_type_->rules().entity_id_field != nullptr;
  if (!event_->has_entity() && !by_type) return absl::OkStatus();
  absl::StatusOr<EntityInfo> entity =
      event_->has_entity() ? EntityOf(event_->entity()) : EntityOf(message_type_->rules(), *message_);
  if (!entity.ok()) return entity.status();
  entity_ = *std::move(entity);
  return absl::OkStatus();
}

absl::Status OpenedEvent::AppendData(std::string* out) {
  const size_t begin = out->size();
  absl::Status status = AppendPayload(out);
  const size_t bytes = out->size() - begin;
  if (status.ok() && bytes > max_data_bytes_) status = TooLarge(PayloadField(*event_), bytes, max_data_bytes_);
  if (!status.ok()) {
    out->resize(begin);
    return BadPayload(PayloadField(*event_), status);
  }
  // `data` is always an object: docs/protocol.md, section 8.
  if ((*out)[begin] != '{') {
    out->insert(begin, "{\"value\":");
    out->push_back('}');
  }
  return absl::OkStatus();
}

absl::Status OpenedEvent::AppendPayload(std::string* out) {
  if (message_type_ != nullptr) return AppendMessage(out);
  if (event_->has_json()) {
    JsonOutput json(out, max_data_bytes_);
    WriteStruct(event_->json(), json);
    return json.status();
  }
  return AppendCompactJson(event_->json_text(), out);
}

absl::Status OpenedEvent::AppendMessage(std::string* out) {
  JsonWriter writer(*registry_, out, max_data_bytes_);
  const google::protobuf::FieldDescriptor* data_field = message_type_->rules().data_field;
  absl::Status status;
  unknown_fields_ = 0;
  if (data_field == nullptr) {
    status = writer.Write(*message_, message_type_->plan());
  } else {
    unknown_fields_ = UnknownFieldsOf(*message_);
    status = writer.WriteField(*message_, message_type_->plan().fields[static_cast<size_t>(data_field->index())]);
  }
  unknown_fields_ += writer.unknown_fields();
  return status;
}

}  // namespace spanwire::schema

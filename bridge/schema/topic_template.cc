#include "bridge/schema/topic_template.h"

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/model/topic_name.h"
#include "bridge/schema/scalar_text.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

absl::Status Fault(std::string_view text, std::string_view fault) {
  return absl::InvalidArgumentError(fmt::format("topic template \"{}\": {}", text, fault));
}

// Whether what surrounds the fields may stand in a topic: it may, if it does with a letter in place of each field.
absl::Status CheckLiterals(std::string_view text, const std::string& with_letters) {
  const absl::Status status = model::ValidateTopic(with_letters);
  return status.ok() ? status : Fault(text, model::ToStd(status.message()));
}

}  // namespace

absl::StatusOr<TopicTemplate> TopicTemplate::Parse(std::string_view text, const Descriptor& type) {
  TopicTemplate parsed;
  std::string with_letters;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view literal = rest.substr(0, rest.find('{'));
    rest.remove_prefix(literal.size());
    with_letters += literal;
    if (!literal.empty()) parsed.parts_.push_back({std::string(literal), nullptr});
    if (rest.empty()) break;
    const size_t close = rest.find('}');
    if (close == std::string_view::npos) return Fault(text, "a { has no }");
    const std::string name(rest.substr(1, close - 1));
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) return Fault(text, fmt::format("the message has no field \"{}\"", name));
    if (!HasScalarText(*field)) {
      return Fault(text, fmt::format("field \"{}\" must be a single string, integer, bool or enum", name));
    }
    parsed.parts_.push_back({"", field});
    with_letters += 'x';
    rest.remove_prefix(close + 1);
  }
  if (parsed.empty()) return parsed;
  if (absl::Status status = CheckLiterals(text, with_letters); !status.ok()) return status;
  return parsed;
}

absl::StatusOr<std::string> TopicTemplate::Fill(const google::protobuf::Message& message) const {
  std::string topic;
  for (const Part& part : parts_) {
    if (part.field == nullptr) {
      topic += part.text;
      continue;
    }
    const std::string value = ScalarText(message, *part.field);
    if (value.empty()) {
      return model::MakeError(
          absl::StatusCode::kInvalidArgument,
          fmt::format("field \"{}\" of {} is part of the topic and has no value: set it, or give the event a topic",
                      part.field->name(), message.GetDescriptor()->full_name()),
          {.reason = "TOPIC_FIELD_EMPTY", .metadata = {{"field", part.field->name()}}});
    }
    topic += model::EncodeTopicValue(value);
  }
  return topic;
}

}  // namespace spanwire::schema

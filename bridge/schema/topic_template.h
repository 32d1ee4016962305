#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace spanwire::schema {

// `orders:{customer_id}`: literal text and the values of top-level scalar fields. Immutable after Parse.
class TopicTemplate {
 public:
  TopicTemplate() = default;

  // INVALID_ARGUMENT with a sentence where braces do not pair, a field of `type` does not exist or is no singular
  // string, integer, bool or enum, or the literal text may not stand in a topic.
  static absl::StatusOr<TopicTemplate> Parse(std::string_view text, const google::protobuf::Descriptor& type);

  // Nothing was given.
  bool empty() const { return parts_.empty(); }
  // It has no fields: literal() is the topic, and valid.
  bool is_literal() const { return parts_.size() == 1 && parts_.front().field == nullptr; }
  const std::string& literal() const { return parts_.front().text; }

  // The topic of `message`, which is of Parse's type, with each value written by model::EncodeTopicValue. A field
  // without a value gives INVALID_ARGUMENT, reason TOPIC_FIELD_EMPTY. The length is not checked.
  absl::StatusOr<std::string> Fill(const google::protobuf::Message& message) const;

 private:
  struct Part {
    std::string text;                                          // literal, where `field` is null
    const google::protobuf::FieldDescriptor* field = nullptr;  // else the field whose value stands here
  };

  std::vector<Part> parts_;
};

}  // namespace spanwire::schema

#include "bridge/schema/message_type.h"

#include <utility>

namespace spanwire::schema {

MessageType::MessageType(const google::protobuf::Message& prototype, const JsonPlan& plan, std::string source,
                         EventRules rules)
    : prototype_(prototype), plan_(plan), source_(std::move(source)), rules_(std::move(rules)) {}

absl::StatusOr<std::unique_ptr<const MessageType>> MessageType::Create(const google::protobuf::Message& prototype,
                                                                       const JsonPlan& plan, std::string source) {
  absl::StatusOr<EventRules> rules = ReadEventRules(*prototype.GetDescriptor());
  if (!rules.ok()) return rules.status();
  return std::unique_ptr<const MessageType>(new MessageType(prototype, plan, std::move(source), *std::move(rules)));
}

}  // namespace spanwire::schema

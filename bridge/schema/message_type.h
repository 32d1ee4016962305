#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "bridge/schema/event_rules.h"
#include "google/protobuf/message.h"

namespace spanwire::schema {

struct JsonPlan;

// A message type that can be published: how to parse it, how to print it, and what it says about itself.
// Immutable; lives as long as the SchemaRegistry that gave it out (compiled-in types: for ever). Any thread may read
// it.
class MessageType {
 public:
  // `prototype` and `plan` must outlive the object. `source` is kBuiltinSource or where the type's descriptor set came
  // from. Fails where the type's (spanwire.v1.event) options contradict the message; the sentence names both.
  static absl::StatusOr<std::unique_ptr<const MessageType>> Create(const google::protobuf::Message& prototype,
                                                                   const JsonPlan& plan, std::string source);

  // Full name, such as "spanwire.v1.StatsUpdate".
  const std::string& name() const { return prototype_.GetDescriptor()->full_name(); }
  // "builtin", or the descriptor set that brought it.
  const std::string& source() const { return source_; }
  // What its (spanwire.v1.event) options say. All empty where it has none.
  const EventRules& rules() const { return rules_; }
  const google::protobuf::Descriptor& descriptor() const { return *prototype_.GetDescriptor(); }
  const google::protobuf::Message& prototype() const { return prototype_; }
  const JsonPlan& plan() const { return plan_; }

 private:
  MessageType(const google::protobuf::Message& prototype, const JsonPlan& plan, std::string source, EventRules rules);

  const google::protobuf::Message& prototype_;
  const JsonPlan& plan_;
  const std::string source_;
  const EventRules rules_;
};

// `source()` of types that are compiled in.
inline constexpr char kBuiltinSource[] = "builtin";

}  // namespace spanwire::schema

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "bridge/schema/topic_template.h"
#include "google/protobuf/descriptor.h"
#include "spanwire/v1/options.pb.h"

namespace spanwire::schema {

// A message type's (spanwire.v1.event) options, checked against its fields and made ready for use. Immutable.
struct EventRules {
  bool annotated = false;                                              // it has the option at all
  v1::EventOptions options;                                            // as written
  TopicTemplate topic;                                                 // empty where the publisher must give the topic
  const google::protobuf::FieldDescriptor* data_field = nullptr;       // null: the whole message is `data`
  const google::protobuf::FieldDescriptor* entity_id_field = nullptr;  // null: no entity event
};

// Reads the options of `type`. INVALID_ARGUMENT with a sentence that names the message and the fault: a field that does
// not exist or has no place in a topic or id, a topic, type or entity kind that no event may have.
absl::StatusOr<EventRules> ReadEventRules(const google::protobuf::Descriptor& type);

}  // namespace spanwire::schema

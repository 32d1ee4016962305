#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace spanwire::schema {

// Whether a field's value can stand in a topic or be an entity's id: a singular string, integer, bool or enum.
bool HasScalarText(const google::protobuf::FieldDescriptor& field);

// The value as text: enums by name (unknown ones by number), bools as `true` and `false`. Empty where the field has
// presence and is not set. `field` belongs to the message's type and HasScalarText.
std::string ScalarText(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

}  // namespace spanwire::schema

#pragma once

#include "bridge/schema/json_output.h"
#include "google/protobuf/struct.pb.h"

namespace spanwire::schema {

// Print google.protobuf.Struct and its parts as the JSON they stand for, members in the map's own order. False where
// `out` failed: text that is no UTF-8, too deep, too long, or a number that is NaN or infinite, which JSON cannot say.
// A member or element whose Value holds nothing at all is left out, as the protobuf library does.
bool WriteStruct(const google::protobuf::Struct& object, JsonOutput& out);
bool WriteListValue(const google::protobuf::ListValue& list, JsonOutput& out);

// `value` holds something.
bool WriteValue(const google::protobuf::Value& value, JsonOutput& out);
inline bool HoldsSomething(const google::protobuf::Value& value) {
  return value.kind_case() != google::protobuf::Value::KIND_NOT_SET;
}

}  // namespace spanwire::schema

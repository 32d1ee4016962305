#pragma once

#include <string>

#include "bridge/schema/json_output.h"
#include "bridge/schema/json_plan.h"
#include "bridge/schema/map_access.h"
#include "google/protobuf/message.h"

namespace spanwire::schema {

// Where JsonWriter reads one value from: a field, an element of a list, or a value of a map. All three answer the same
// questions, so that a kind of value is printed in one place. Each may be asked only for what it holds.

class SingularSource {
 public:
  SingularSource(const google::protobuf::Message& message, const JsonField& field)
      : reflection_(*message.GetReflection()), message_(message), field_(field.descriptor) {}

  int32_t Int32() const { return reflection_.GetInt32(message_, field_); }
  int64_t Int64() const { return reflection_.GetInt64(message_, field_); }
  uint32_t Uint32() const { return reflection_.GetUInt32(message_, field_); }
  uint64_t Uint64() const { return reflection_.GetUInt64(message_, field_); }
  float Float() const { return reflection_.GetFloat(message_, field_); }
  double Double() const { return reflection_.GetDouble(message_, field_); }
  bool Bool() const { return reflection_.GetBool(message_, field_); }
  int Enum() const { return reflection_.GetEnumValue(message_, field_); }
  const std::string& String(std::string& scratch) const {
    return reflection_.GetStringReference(message_, field_, &scratch);
  }
  const google::protobuf::Message& Message() const { return reflection_.GetMessage(message_, field_); }

 private:
  const google::protobuf::Reflection& reflection_;
  const google::protobuf::Message& message_;
  const google::protobuf::FieldDescriptor* field_;
};

class ElementSource {
 public:
  ElementSource(const google::protobuf::Message& message, const JsonField& field, int index)
      : reflection_(*message.GetReflection()), message_(message), field_(field.descriptor), index_(index) {}

  int32_t Int32() const { return reflection_.GetRepeatedInt32(message_, field_, index_); }
  int64_t Int64() const { return reflection_.GetRepeatedInt64(message_, field_, index_); }
  uint32_t Uint32() const { return reflection_.GetRepeatedUInt32(message_, field_, index_); }
  uint64_t Uint64() const { return reflection_.GetRepeatedUInt64(message_, field_, index_); }
  float Float() const { return reflection_.GetRepeatedFloat(message_, field_, index_); }
  double Double() const { return reflection_.GetRepeatedDouble(message_, field_, index_); }
  bool Bool() const { return reflection_.GetRepeatedBool(message_, field_, index_); }
  int Enum() const { return reflection_.GetRepeatedEnumValue(message_, field_, index_); }
  const std::string& String(std::string& scratch) const {
    return reflection_.GetRepeatedStringReference(message_, field_, index_, &scratch);
  }
  const google::protobuf::Message& Message() const { return reflection_.GetRepeatedMessage(message_, field_, index_); }

 private:
  const google::protobuf::Reflection& reflection_;
  const google::protobuf::Message& message_;
  const google::protobuf::FieldDescriptor* field_;
  const int index_;
};

class MapValueSource {
 public:
  explicit MapValueSource(const google::protobuf::MapValueConstRef& value) : value_(value) {}

  int32_t Int32() const { return value_.GetInt32Value(); }
  int64_t Int64() const { return value_.GetInt64Value(); }
  uint32_t Uint32() const { return value_.GetUInt32Value(); }
  uint64_t Uint64() const { return value_.GetUInt64Value(); }
  float Float() const { return value_.GetFloatValue(); }
  double Double() const { return value_.GetDoubleValue(); }
  bool Bool() const { return value_.GetBoolValue(); }
  int Enum() const { return value_.GetEnumValue(); }
  const std::string& String(std::string&) const { return value_.GetStringValue(); }
  const google::protobuf::Message& Message() const { return value_.GetMessageValue(); }

 private:
  const google::protobuf::MapValueConstRef& value_;
};

// Prints the key of a map's entry: always a string in JSON. False where `out` failed: a key that is not UTF-8.
bool WriteMapKey(const JsonField& field, const google::protobuf::MapKey& key, JsonOutput& out);

}  // namespace spanwire::schema

#include "tests/unit/schema/json_equality.h"

#include <boost/json/parse.hpp>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// Boost.JSON says whether it is JSON; protobuf reads it, since Boost's doubles are off by a bit now and then.
bool Read(const std::string& json, Value* value) {
  boost::json::parse_options options;
  options.max_depth = 1000;
  boost::json::error_code error;
  boost::json::parse(json, error, {}, options);
  if (error) return false;
  return google::protobuf::util::JsonStringToMessage(json, value).ok();
}

// What a field without presence prints when nobody set it.
bool IsDefault(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      return value.number_value() == 0;
    case Value::kBoolValue:
      return !value.bool_value();
    case Value::kStringValue:
      return value.string_value().empty() || value.string_value() == "0" ||
             value.string_value().ends_with("_UNSPECIFIED");
    case Value::kStructValue:
      return value.struct_value().fields().empty();
    case Value::kListValue:
      return value.list_value().values().empty();
    default:
      return false;
  }
}

bool Same(const Value& actual, const Value& expected, bool in_any, std::string* where);

bool SameObject(const Struct& actual, const Struct& expected, bool in_any, std::string* where) {
  in_any = in_any || actual.fields().contains("@type");
  for (const auto& [key, value] : expected.fields()) {
    const auto found = actual.fields().find(key);
    if (found == actual.fields().end() || !Same(found->second, value, in_any, where)) {
      *where = "." + key + *where;
      return false;
    }
  }
  for (const auto& [key, value] : actual.fields()) {
    if (expected.fields().contains(key) || (in_any && IsDefault(value))) continue;
    *where = "." + key + " is not expected";
    return false;
  }
  return true;
}

bool Same(const Value& actual, const Value& expected, bool in_any, std::string* where) {
  if (actual.has_struct_value() && expected.has_struct_value()) {
    return SameObject(actual.struct_value(), expected.struct_value(), in_any, where);
  }
  if (actual.has_list_value() && expected.has_list_value() &&
      actual.list_value().values_size() == expected.list_value().values_size()) {
    for (int i = 0; i < actual.list_value().values_size(); ++i) {
      if (Same(actual.list_value().values(i), expected.list_value().values(i), in_any, where)) continue;
      *where = "[" + std::to_string(i) + "]" + *where;
      return false;
    }
    return true;
  }
  if (google::protobuf::util::MessageDifferencer::Equals(actual, expected)) return true;
  *where = ": " + actual.ShortDebugString() + " but expected " + expected.ShortDebugString();
  return false;
}

}  // namespace

bool PrintWithLibrary(const google::protobuf::Message& message, std::string* json) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  return google::protobuf::util::MessageToJsonString(message, json, options).ok();
}

bool SameJson(const std::string& actual, const std::string& expected, std::string* difference) {
  Value actual_value, expected_value;
  if (!Read(actual, &actual_value)) {
    *difference = "not JSON: " + actual;
    return false;
  }
  if (!Read(expected, &expected_value)) {
    *difference = "expected text is not JSON: " + expected;
    return false;
  }
  std::string where;
  if (Same(actual_value, expected_value, false, &where)) return true;
  *difference = "at " + where + "\nactual:   " + actual + "\nexpected: " + expected;
  return false;
}

}  // namespace spanwire::schema

#include "bridge/schema/struct_json.h"

#include <cmath>
#include <string_view>

#include "bridge/schema/json_number.h"

namespace spanwire::schema {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr std::string_view kKey = "a key of google.protobuf.Struct";
constexpr std::string_view kString = "a string of google.protobuf.Value";

bool WriteNumber(double number, JsonOutput& out) {
  if (!std::isfinite(number)) {
    return out.Fail(
        "a number of google.protobuf.Value is NaN or infinite, which JSON cannot say: send null or a string");
  }
  AppendJsonDouble(number, out.text());
  return true;
}

}  // namespace

bool WriteStruct(const Struct& object, JsonOutput& out) {
  if (!out.Enter('{')) return false;
  bool first = true;
  for (const auto& [key, value] : object.fields()) {
    if (!HoldsSomething(value)) continue;
    if (!first) out.Write(',');
    first = false;
    if (!out.WriteString(key, kKey)) return false;
    out.Write(':');
    if (!WriteValue(value, out)) return false;
  }
  out.Leave('}');
  return true;
}

bool WriteListValue(const ListValue& list, JsonOutput& out) {
  if (!out.Enter('[')) return false;
  bool first = true;
  for (const Value& value : list.values()) {
    if (!HoldsSomething(value)) continue;
    if (!first) out.Write(',');
    first = false;
    if (!WriteValue(value, out)) return false;
  }
  out.Leave(']');
  return true;
}

bool WriteValue(const Value& value, JsonOutput& out) {
  if (!out.HasRoom()) return false;
  switch (value.kind_case()) {
    case Value::kNullValue:
    case Value::KIND_NOT_SET:
      out.Write("null");
      return true;
    case Value::kNumberValue:
      return WriteNumber(value.number_value(), out);
    case Value::kStringValue:
      return out.WriteString(value.string_value(), kString);
    case Value::kBoolValue:
      out.Write(value.bool_value() ? "true" : "false");
      return true;
    case Value::kStructValue:
      return WriteStruct(value.struct_value(), out);
    case Value::kListValue:
      return WriteListValue(value.list_value(), out);
  }
  return true;
}

}  // namespace spanwire::schema

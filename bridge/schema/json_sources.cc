#include "bridge/schema/json_sources.h"

#include "bridge/schema/json_number.h"

namespace spanwire::schema {

bool WriteMapKey(const JsonField& field, const google::protobuf::MapKey& key, JsonOutput& out) {
  if (field.key_kind == JsonKind::kString) return out.WriteString(key.GetStringValue(), field.descriptor->full_name());
  out.Write('"');
  switch (field.key_kind) {
    case JsonKind::kInt32:
      AppendJsonInt(key.GetInt32Value(), out.text());
      break;
    case JsonKind::kInt64:
      AppendJsonInt(key.GetInt64Value(), out.text());
      break;
    case JsonKind::kUint32:
      AppendJsonUint(key.GetUInt32Value(), out.text());
      break;
    case JsonKind::kUint64:
      AppendJsonUint(key.GetUInt64Value(), out.text());
      break;
    default:  // the only other kind of key
      out.Write(key.GetBoolValue() ? "true" : "false");
  }
  out.Write('"');
  return true;
}

}  // namespace spanwire::schema

#include "bridge/schema/json_writer.h"

#include <string_view>

#include <fmt/format.h>

#include "absl/strings/escaping.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/schema/json_number.h"
#include "bridge/schema/json_sources.h"
#include "bridge/schema/parsed_message.h"
#include "bridge/schema/schema_registry.h"
#include "bridge/schema/struct_json.h"
#include "bridge/schema/well_known_json.h"
#include "google/protobuf/unknown_field_set.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A google.protobuf.Value that holds nothing has no JSON: as a member or an element it is left out.
bool HasNoJson(const Message& message, const JsonPlan& plan) {
  if (plan.well_known != Descriptor::WELLKNOWNTYPE_VALUE) return false;
  google::protobuf::Value copy;
  return !HoldsSomething(AsCompiledIn(message, copy));
}

bool PrintsAsObject(const JsonField& field) {
  if (field.kind != JsonKind::kMessage) return false;
  const auto type = field.message->well_known;
  return type == Descriptor::WELLKNOWNTYPE_UNSPECIFIED || type == Descriptor::WELLKNOWNTYPE_STRUCT ||
         type == Descriptor::WELLKNOWNTYPE_ANY;
}

}  // namespace

uint64_t UnknownFieldsOf(const Message& message) {
  return static_cast<uint64_t>(message.GetReflection()->GetUnknownFields(message).field_count());
}

absl::Status JsonWriter::Write(const Message& message, const JsonPlan& plan) {
  WriteMessage(message, plan);
  return out_.status();
}

absl::Status JsonWriter::WriteField(const Message& message, const JsonField& field) {
  const bool unset = field.place == JsonPlace::kIfSet && !message.GetReflection()->HasField(message, field.descriptor);
  if (unset) {
    out_.Write(PrintsAsObject(field) ? "{}" : "null");
  } else {
    WriteFieldValue(message, field);
  }
  return out_.status();
}

bool JsonWriter::WriteMessage(const Message& message, const JsonPlan& plan) {
  if (plan.has_own_form()) return WriteOwnForm(message, plan);
  if (!out_.Enter('{') || !WriteMembers(message, plan, true)) return false;
  out_.Leave('}');
  return true;
}

bool JsonWriter::WriteOwnForm(const Message& message, const JsonPlan& plan) {
  switch (plan.well_known) {
    case Descriptor::WELLKNOWNTYPE_ANY: {
      google::protobuf::Any copy;
      return WriteAny(AsCompiledIn(message, copy));
    }
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP: {
      google::protobuf::Timestamp copy;
      return WriteTimestamp(AsCompiledIn(message, copy), out_);
    }
    case Descriptor::WELLKNOWNTYPE_DURATION: {
      google::protobuf::Duration copy;
      return WriteDuration(AsCompiledIn(message, copy), out_);
    }
    case Descriptor::WELLKNOWNTYPE_FIELDMASK: {
      google::protobuf::FieldMask copy;
      return WriteFieldMask(AsCompiledIn(message, copy), out_);
    }
    case Descriptor::WELLKNOWNTYPE_STRUCT: {
      google::protobuf::Struct copy;
      return WriteStruct(AsCompiledIn(message, copy), out_);
    }
    case Descriptor::WELLKNOWNTYPE_LISTVALUE: {
      google::protobuf::ListValue copy;
      return WriteListValue(AsCompiledIn(message, copy), out_);
    }
    case Descriptor::WELLKNOWNTYPE_VALUE: {
      google::protobuf::Value copy;
      return WriteValue(AsCompiledIn(message, copy), out_);
    }
    default:  // a wrapper: its only field is the value
      return WriteFieldValue(message, plan.fields.front());
  }
}

bool JsonWriter::WriteMembers(const Message& message, const JsonPlan& plan, bool first) {
  const Reflection& reflection = *message.GetReflection();
  unknown_fields_ += UnknownFieldsOf(message);
  for (const JsonField& field : plan.fields) {
    if (field.place == JsonPlace::kIfSet) {
      if (!reflection.HasField(message, field.descriptor)) continue;
      if (field.kind == JsonKind::kMessage &&
          HasNoJson(reflection.GetMessage(message, field.descriptor), *field.message)) {
        continue;
      }
    }
    out_.Write(std::string_view(field.key).substr(first ? 1 : 0));
    first = false;
    if (!WriteFieldValue(message, field)) return false;
  }
  return true;
}

bool JsonWriter::WriteFieldValue(const Message& message, const JsonField& field) {
  if (!out_.HasRoom()) return false;
  switch (field.place) {
    case JsonPlace::kList:
      return WriteList(message, field);
    case JsonPlace::kMap:
      return WriteMap(message, field);
    default:
      return WriteOne(field, SingularSource(message, field));
  }
}

bool JsonWriter::WriteList(const Message& message, const JsonField& field) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, field.descriptor);
  if (!out_.Enter('[')) return false;
  bool first = true;
  for (int i = 0; i < size; ++i) {
    const ElementSource element(message, field, i);
    if (field.kind == JsonKind::kMessage && HasNoJson(element.Message(), *field.message)) continue;
    if (!first) out_.Write(',');
    first = false;
    if (!out_.HasRoom() || !WriteOne(field, element)) return false;
  }
  out_.Leave(']');
  return true;
}

bool JsonWriter::WriteMap(const Message& message, const JsonField& field) {
  if (!out_.Enter('{')) return false;
  bool first = true;
  const bool complete = MapAccess::ForEach(message, field.descriptor, [&](const auto& key, const auto& value) {
    const MapValueSource source(value);
    if (field.kind == JsonKind::kMessage && HasNoJson(source.Message(), *field.message)) return true;
    if (!first) out_.Write(',');
    first = false;
    if (!out_.HasRoom() || !WriteMapKey(field, key, out_)) return false;
    out_.Write(':');
    return WriteOne(field, source);
  });
  if (!complete) return false;
  out_.Leave('}');
  return true;
}

template <class Source>
bool JsonWriter::WriteOne(const JsonField& field, const Source& source) {
  switch (field.kind) {
    case JsonKind::kInt32:
      AppendJsonInt(source.Int32(), out_.text());
      return true;
    case JsonKind::kUint32:
      AppendJsonUint(source.Uint32(), out_.text());
      return true;
    case JsonKind::kInt64:
      out_.Write('"');
      AppendJsonInt(source.Int64(), out_.text());
      out_.Write('"');
      return true;
    case JsonKind::kUint64:
      out_.Write('"');
      AppendJsonUint(source.Uint64(), out_.text());
      out_.Write('"');
      return true;
    case JsonKind::kFloat:
      AppendJsonFloat(source.Float(), out_.text());
      return true;
    case JsonKind::kDouble:
      AppendJsonDouble(source.Double(), out_.text());
      return true;
    case JsonKind::kBool:
      out_.Write(source.Bool() ? "true" : "false");
      return true;
    case JsonKind::kEnum:
      WriteEnum(field, source.Enum());
      return true;
    case JsonKind::kNull:
      out_.Write("null");
      return true;
    case JsonKind::kString:
      return out_.WriteString(source.String(scratch_), field.descriptor->full_name());
    case JsonKind::kBytes:
      WriteBytes(source.String(scratch_));
      return true;
    case JsonKind::kMessage:
      return WriteMessage(source.Message(), *field.message);
  }
  return true;
}

void JsonWriter::WriteBytes(const std::string& bytes) {
  out_.Write('"');
  out_.Write(model::ToStd(absl::Base64Escape(bytes)));
  out_.Write('"');
}

void JsonWriter::WriteEnum(const JsonField& field, int number) {
  const EnumValueDescriptor* value = field.value_descriptor->enum_type()->FindValueByNumber(number);
  if (value == nullptr) {
    AppendJsonInt(number, out_.text());
    return;
  }
  out_.Write('"');
  out_.Write(value->name());
  out_.Write('"');
}

bool JsonWriter::WriteAny(const google::protobuf::Any& any) {
  if (any.type_url().empty()) {
    if (!any.value().empty()) return out_.Fail("a google.protobuf.Any has a value and no type_url: pack a message");
    if (!out_.Enter('{')) return false;
    out_.Leave('}');
    return true;
  }
  const absl::StatusOr<const MessageType*> type = registry_.FindByUrl(any.type_url());
  if (!type.ok()) return out_.Fail(type.status());
  const absl::StatusOr<ParsedMessage> message = ParsedMessage::Parse((*type)->prototype(), any.value());
  if (!message.ok()) return out_.Fail(message.status());
  if (!out_.Enter('{')) return false;
  out_.Write("\"@type\":");
  if (!out_.WriteString(any.type_url(), "google.protobuf.Any.type_url")) return false;
  const JsonPlan& plan = (*type)->plan();
  if (!plan.has_own_form()) {
    if (!WriteMembers(**message, plan, false)) return false;
  } else if (!HasNoJson(**message, plan)) {
    out_.Write(",\"value\":");
    if (!WriteMessage(**message, plan)) return false;
  }
  out_.Leave('}');
  return true;
}

}  // namespace spanwire::schema

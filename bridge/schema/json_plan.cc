#include "bridge/schema/json_plan.h"

#include <fmt/format.h>

namespace spanwire::schema {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

JsonKind KindOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return JsonKind::kInt32;
    case FieldDescriptor::CPPTYPE_INT64:
      return JsonKind::kInt64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return JsonKind::kUint32;
    case FieldDescriptor::CPPTYPE_UINT64:
      return JsonKind::kUint64;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return JsonKind::kFloat;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return JsonKind::kDouble;
    case FieldDescriptor::CPPTYPE_BOOL:
      return JsonKind::kBool;
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.enum_type()->full_name() == "google.protobuf.NullValue" ? JsonKind::kNull : JsonKind::kEnum;
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? JsonKind::kBytes : JsonKind::kString;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return JsonKind::kMessage;
  }
  return JsonKind::kMessage;  // not reached: the library knows no other type
}

JsonPlace PlaceOf(const FieldDescriptor& field) {
  if (field.is_map()) return JsonPlace::kMap;
  if (field.is_repeated()) return JsonPlace::kList;
  return field.has_presence() ? JsonPlace::kIfSet : JsonPlace::kAlways;
}

// The type's own form. A wrapper's is its only field, which a descriptor set's idea of it must have.
Descriptor::WellKnownType WellKnownTypeOf(const Descriptor& type) {
  const bool is_wrapper = type.well_known_type() >= Descriptor::WELLKNOWNTYPE_DOUBLEVALUE &&
                          type.well_known_type() <= Descriptor::WELLKNOWNTYPE_BOOLVALUE;
  if (is_wrapper && type.field_count() != 1) return Descriptor::WELLKNOWNTYPE_UNSPECIFIED;
  return type.well_known_type();
}

}  // namespace

const JsonPlan& JsonPlans::PlanFor(const Descriptor& type) {
  const JsonPlan* plan = Begin(type);
  // A loop, since types may refer to each other in circles and in chains longer than the stack.
  while (!unfinished_.empty()) {
    JsonPlan* next = unfinished_.back();
    unfinished_.pop_back();
    const int count = next->descriptor->field_count();
    next->fields.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) next->fields.push_back(PlanField(*next->descriptor->field(i)));
  }
  return *plan;
}

const JsonPlan* JsonPlans::Begin(const Descriptor& type) {
  const auto [found, is_new] = plans_.try_emplace(&type);
  if (is_new) {
    found->second = std::make_unique<JsonPlan>(JsonPlan{&type, WellKnownTypeOf(type), {}});
    unfinished_.push_back(found->second.get());
  }
  return found->second.get();
}

JsonField JsonPlans::PlanField(const FieldDescriptor& field) {
  JsonField plan{.descriptor = &field,
                 .key = fmt::format(",\"{}\":", field.name()),
                 .place = PlaceOf(field),
                 .kind = KindOf(field),
                 .key_kind = JsonKind::kString,
                 .message = nullptr,
                 .value_descriptor = &field};
  if (plan.place == JsonPlace::kMap) {
    plan.value_descriptor = field.message_type()->map_value();
    plan.key_kind = KindOf(*field.message_type()->map_key());
    plan.kind = KindOf(*plan.value_descriptor);
  }
  if (plan.kind == JsonKind::kMessage) plan.message = Begin(*plan.value_descriptor->message_type());
  return plan;
}

}  // namespace spanwire::schema

#include "tests/unit/schema/random_message.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "every_kind.pb.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxDepth = 8;

void Fill(ByteChoices& choices, Message* message, int depth);

// Mostly small values, sometimes an extreme, sometimes any.
template <class Integer>
Integer RandomInteger(ByteChoices& choices) {
  switch (choices.Below(5)) {
    case 0:
      return std::numeric_limits<Integer>::max();
    case 1:
      return std::numeric_limits<Integer>::min();
    case 2:
      return static_cast<Integer>(choices.Bits(8));
    default:
      return static_cast<Integer>(choices.Bits(1));
  }
}

double RandomFiniteDouble(ByteChoices& choices) {
  constexpr std::array kOdd = {-0.0, 0.1, 1e15, 1e16, 1e21, 1e22, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1e-7};
  switch (choices.Below(4)) {
    case 0:
      return kOdd[choices.Below(kOdd.size())];
    case 1:
      return static_cast<double>(static_cast<int32_t>(choices.Bits(4))) / 100;
    case 2: {
      const auto any = std::bit_cast<double>(choices.Bits(8));
      return std::isfinite(any) ? any : 1;
    }
    default:
      return static_cast<double>(choices.Bits(1));
  }
}

double RandomDouble(ByteChoices& choices) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  switch (choices.Below(16)) {
    case 0:
      return std::numeric_limits<double>::quiet_NaN();
    case 1:
      return kInfinity;
    case 2:
      return -kInfinity;
    default:
      return RandomFiniteDouble(choices);
  }
}

float RandomFloat(ByteChoices& choices) {
  if (choices.Below(2) == 0) return std::bit_cast<float>(static_cast<uint32_t>(choices.Bits(4)));
  const double wide = RandomDouble(choices);
  return std::abs(wide) > std::numeric_limits<float>::max() ? std::numeric_limits<float>::max()
                                                            : static_cast<float>(wide);
}

std::string RandomText(ByteChoices& choices) {
  static constexpr std::array<std::string_view, 12> kPieces = {
      "a", "customer", "\"", "\\", "\n", std::string_view("\0", 1), "\x7f", "ü", "\u2028", "😀", "</script>", "\x1f\t"};
  std::string text;
  for (uint32_t i = choices.Below(6); i > 0; --i) text += kPieces[choices.Below(kPieces.size())];
  return text;
}

std::string RandomBytes(ByteChoices& choices) {
  std::string bytes;
  for (uint32_t i = choices.Below(8); i > 0; --i) bytes.push_back(static_cast<char>(choices.Bits(1)));
  return bytes;
}

int RandomEnum(ByteChoices& choices, const FieldDescriptor& field) {
  if (choices.Below(8) == 0) return RandomInteger<int32_t>(choices);
  const auto count = static_cast<uint32_t>(field.enum_type()->value_count());
  return field.enum_type()->value(static_cast<int>(choices.Below(count)))->number();
}

void FillValue(ByteChoices& choices, google::protobuf::Value* value, int depth);

void FillStruct(ByteChoices& choices, google::protobuf::Struct* object, int depth) {
  for (uint32_t i = choices.Below(4); i > 0; --i) {
    FillValue(choices, &(*object->mutable_fields())[RandomText(choices)], depth + 1);
  }
}

void FillListValue(ByteChoices& choices, google::protobuf::ListValue* list, int depth) {
  for (uint32_t i = choices.Below(4); i > 0; --i) FillValue(choices, list->add_values(), depth + 1);
}

void FillValue(ByteChoices& choices, google::protobuf::Value* value, int depth) {
  switch (choices.Below(depth < kMaxDepth ? 7 : 5)) {
    case 0:
      value->set_null_value(google::protobuf::NULL_VALUE);
      return;
    case 1:
      value->set_number_value(RandomFiniteDouble(choices));
      return;
    case 2:
      value->set_string_value(RandomText(choices));
      return;
    case 3:
      value->set_bool_value(choices.Below(2) == 1);
      return;
    case 4:
      value->Clear();
      return;
    case 5:
      FillStruct(choices, value->mutable_struct_value(), depth);
      return;
    default:
      FillListValue(choices, value->mutable_list_value(), depth);
  }
}

constexpr std::array<int32_t, 5> kNanos = {0, 500'000'000, 123'456'000, 1, 999'999'999};

void FillTimestamp(ByteChoices& choices, google::protobuf::Timestamp* time) {
  constexpr int64_t kFirst = -62'135'596'800, kSeconds = 315'537'897'600;
  const uint64_t bits = choices.Below(2) == 0 ? choices.Bits(8) : 62'135'596'800 + choices.Bits(4);
  time->set_seconds(kFirst + static_cast<int64_t>(bits % kSeconds));
  time->set_nanos(kNanos[choices.Below(kNanos.size())]);
}

void FillDuration(ByteChoices& choices, google::protobuf::Duration* duration) {
  const int sign = choices.Below(2) == 0 ? 1 : -1;
  duration->set_seconds(sign * static_cast<int64_t>(choices.Bits(8) % 315'576'000'001));
  duration->set_nanos(sign * kNanos[choices.Below(kNanos.size())]);
}

void FillFieldMask(ByteChoices& choices, google::protobuf::FieldMask* mask) {
  constexpr std::array kPaths = {"a", "foo_bar.baz", "x_1", "Foo", "a__b", "trailing_"};
  for (uint32_t i = choices.Below(4); i > 0; --i) mask->add_paths(kPaths[choices.Below(kPaths.size())]);
}

template <class T>
void Pack(ByteChoices& choices, google::protobuf::Any* any, int depth) {
  T content;
  Fill(choices, &content, depth + 1);
  if (content.ByteSizeLong() > 0) any->PackFrom(content);  // the library prints an Any without bytes incompletely
}

void FillAny(ByteChoices& choices, google::protobuf::Any* any, int depth) {
  if (depth >= kMaxDepth) return;
  switch (choices.Below(8)) {
    case 0:
      return Pack<google::protobuf::Timestamp>(choices, any, depth);
    case 1:
      return Pack<google::protobuf::Struct>(choices, any, depth);
    case 2:
      return Pack<google::protobuf::Int64Value>(choices, any, depth);
    case 3:
      return Pack<google::protobuf::Any>(choices, any, depth);
    case 4:
      return Pack<test::WellKnown>(choices, any, depth);
    case 5:
      return Pack<test::Lists>(choices, any, depth);
    default:
      return Pack<test::Scalars>(choices, any, depth);
  }
}

bool FillWellKnown(ByteChoices& choices, Message* message, int depth) {
  switch (message->GetDescriptor()->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      FillTimestamp(choices, dynamic_cast<google::protobuf::Timestamp*>(message));
      return true;
    case Descriptor::WELLKNOWNTYPE_DURATION:
      FillDuration(choices, dynamic_cast<google::protobuf::Duration*>(message));
      return true;
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      FillFieldMask(choices, dynamic_cast<google::protobuf::FieldMask*>(message));
      return true;
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      FillStruct(choices, dynamic_cast<google::protobuf::Struct*>(message), depth);
      return true;
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      FillListValue(choices, dynamic_cast<google::protobuf::ListValue*>(message), depth);
      return true;
    case Descriptor::WELLKNOWNTYPE_VALUE:
      FillValue(choices, dynamic_cast<google::protobuf::Value*>(message), depth);
      return true;
    case Descriptor::WELLKNOWNTYPE_ANY:
      FillAny(choices, dynamic_cast<google::protobuf::Any*>(message), depth);
      return true;
    default:
      return false;
  }
}

void SetField(ByteChoices& choices, Message* message, const FieldDescriptor* field, int depth) {
  const Reflection& r = *message->GetReflection();
  const bool list = field->is_repeated();
  const auto put = [&](auto set, auto add, auto value) {
    list ? (r.*add)(message, field, std::move(value)) : (r.*set)(message, field, std::move(value));
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&Reflection::SetInt32, &Reflection::AddInt32, RandomInteger<int32_t>(choices));
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&Reflection::SetInt64, &Reflection::AddInt64, RandomInteger<int64_t>(choices));
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32, RandomInteger<uint32_t>(choices));
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&Reflection::SetUInt64, &Reflection::AddUInt64, RandomInteger<uint64_t>(choices));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&Reflection::SetDouble, &Reflection::AddDouble, RandomDouble(choices));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(&Reflection::SetFloat, &Reflection::AddFloat, RandomFloat(choices));
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, choices.Below(2) == 1);
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, RandomEnum(choices, *field));
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&Reflection::SetString, &Reflection::AddString,
                 field->type() == FieldDescriptor::TYPE_BYTES ? RandomBytes(choices) : RandomText(choices));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Fill(choices, list ? r.AddMessage(message, field) : r.MutableMessage(message, field), depth + 1);
  }
}

void Fill(ByteChoices& choices, Message* message, int depth) {
  if (FillWellKnown(choices, message, depth)) return;
  const Descriptor& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count() && !choices.empty(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && depth >= kMaxDepth) continue;
    const uint32_t times = field->is_repeated() ? choices.Below(4) : choices.Below(2);
    for (uint32_t n = 0; n < times; ++n) SetField(choices, message, field, depth);
  }
}

}  // namespace

uint64_t ByteChoices::Bits(int bytes) {
  uint64_t bits = 0;
  for (int i = 0; i < bytes && !bytes_.empty(); ++i) {
    bits = bits << 8 | static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
  }
  return bits;
}

void FillRandomly(ByteChoices& choices, Message* message) {
  Fill(choices, message, 0);
}

}  // namespace spanwire::schema

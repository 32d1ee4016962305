#include "bridge/schema/message_parser.h"

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "bridge/model/utf8.h"
#include "bridge/schema/nesting.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

absl::Status WrongBytes(const Descriptor& type) {
  return absl::InvalidArgumentError(fmt::format(
      "the bytes are no message of type {}: serialize it with the schema that the bridge has", type.full_name()));
}

absl::Status NotUtf8(const FieldDescriptor& field) {
  return absl::InvalidArgumentError(
      fmt::format("{} is not valid UTF-8: write what is not text as base64, or in a bytes field", field.full_name()));
}

// A string of proto2 may hold anything.
bool IsText(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING && field.file()->syntax() == FileDescriptor::SYNTAX_PROTO3;
}

// The first fault of the messages that the library parses recursively; OK where there is none.
// NOLINTNEXTLINE(misc-no-recursion): at most kMaxMessageNesting deep
absl::Status FindFault(CodedInputStream& in, const Descriptor& type, int levels_left) {
  while (const uint32_t tag = in.ReadTag()) {
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const bool has_length = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    const bool is_message = field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE;
    if (field == nullptr || !has_length || !(is_message || IsText(*field))) {
      if (!WireFormatLite::SkipField(&in, tag)) return WrongBytes(type);
      continue;
    }
    int length = 0;
    if (!in.ReadVarintSizeAsInt(&length)) return WrongBytes(type);
    if (is_message) {
      if (levels_left == 0) return NestsTooDeep();
      const CodedInputStream::Limit outer = in.PushLimit(length);
      if (absl::Status fault = FindFault(in, *field->message_type(), levels_left - 1); !fault.ok()) return fault;
      in.PopLimit(outer);
    } else {
      std::string text;
      if (!in.ReadString(&text, length)) return WrongBytes(type);
      if (!model::IsUtf8(text)) return NotUtf8(*field);
    }
  }
  return in.ConsumedEntireMessage() ? absl::OkStatus() : WrongBytes(type);
}

bool ParseFrom(CodedInputStream& in, google::protobuf::MessageLite& message) {
  in.SetRecursionLimit(kMaxMessageNesting);
  return message.ParsePartialFromCodedStream(&in) && in.ConsumedEntireMessage();
}

const uint8_t* Data(std::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

}  // namespace

bool ParsePartial(google::protobuf::io::ZeroCopyInputStream& bytes, google::protobuf::MessageLite& message) {
  CodedInputStream in(&bytes);
  return ParseFrom(in, message);
}

bool ParsePartial(std::string_view bytes, google::protobuf::MessageLite& message) {
  CodedInputStream in(Data(bytes), static_cast<int>(bytes.size()));
  return ParseFrom(in, message);
}

absl::Status WhyUnreadable(std::string_view bytes, const Descriptor& type) {
  CodedInputStream in(Data(bytes), static_cast<int>(bytes.size()));
  absl::Status fault = FindFault(in, type, kMaxMessageNesting);
  return fault.ok() ? WrongBytes(type) : fault;
}

}  // namespace spanwire::schema

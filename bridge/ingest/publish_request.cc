#include "bridge/ingest/publish_request.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/schema/message_parser.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/protobuf/wire_format_lite.h"

namespace spanwire::ingest {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using google::protobuf::internal::WireFormatLite;

// The field of a request that holds its events, or its one event.
const FieldDescriptor& EventsFieldOf(const Descriptor& type) {
  int index = 0;
  while (type.field(index)->message_type() != v1::Event::descriptor()) ++index;
  return *type.field(index);
}

absl::Status Unreadable(std::string_view what, std::string_view reason, std::string_view bytes,
                        const Descriptor& type) {
  const absl::Status why = schema::WhyUnreadable(bytes, type);
  model::ErrorDetail detail = model::DetailOf(why);
  if (detail.reason.empty()) detail.reason = reason;
  detail.metadata.emplace_back("type", type.full_name());
  return model::MakeError(absl::StatusCode::kInvalidArgument,
                          fmt::format("the {} cannot be read: {}", what, model::ToStd(why.message())),
                          std::move(detail));
}

absl::Status UnreadableRequest(std::string_view bytes, const Descriptor& type) {
  return Unreadable("request", "MALFORMED_REQUEST", bytes, type);
}

// Where one fault keeps a request from being parsed at once: each event by itself, and what is around them.
absl::Status ParseEventByEvent(const grpc::ByteBuffer& bytes, Message* request, UnreadableEvents* unreadable) {
  grpc::ByteBuffer readable(bytes);
  grpc::ProtoBufferReader reader(&readable);
  UnknownFieldSet fields;
  if (!fields.ParseFromZeroCopyStream(&reader)) return UnreadableRequest({}, *request->GetDescriptor());
  request->Clear();
  const FieldDescriptor& events = EventsFieldOf(*request->GetDescriptor());
  UnknownFieldSet around;
  size_t count = 0;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.number() != events.number() || field.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      around.AddField(field);
      continue;
    }
    Message* event = events.is_repeated() ? request->GetReflection()->AddMessage(request, &events)
                                          : request->GetReflection()->MutableMessage(request, &events);
    if (!schema::ParsePartial(field.length_delimited(), *event)) {
      event->Clear();
      unreadable->emplace(count,
                          Unreadable("event", "MALFORMED_EVENT", field.length_delimited(), *v1::Event::descriptor()));
    }
    ++count;
  }
  std::string rest;
  around.SerializeToString(&rest);
  return request->MergeFromString(rest) ? absl::OkStatus() : UnreadableRequest(rest, *request->GetDescriptor());
}

}  // namespace

absl::Status CheckMessageSize(size_t bytes, size_t max_bytes) {
  if (bytes <= max_bytes) return absl::OkStatus();
  return model::MakeError(
      absl::StatusCode::kInvalidArgument,
      fmt::format("the message has {} bytes: at most {} are allowed; nothing of it was published, send fewer events at "
                  "a time",
                  bytes, max_bytes),
      {.reason = "MESSAGE_TOO_LARGE",
       .metadata = {{"bytes", std::to_string(bytes)}, {"limit", std::to_string(max_bytes)}}});
}

absl::Status ParseRequest(const grpc::ByteBuffer& bytes, Message* request, UnreadableEvents* unreadable) {
  grpc::ByteBuffer readable(bytes);
  grpc::ProtoBufferReader reader(&readable);
  if (schema::ParsePartial(reader, *request) && reader.status().ok()) return absl::OkStatus();
  return ParseEventByEvent(bytes, request, unreadable);
}

size_t CountEvents(const grpc::ByteBuffer& bytes, const Descriptor& type) {
  grpc::ByteBuffer readable(bytes);
  grpc::ProtoBufferReader reader(&readable);
  google::protobuf::io::CodedInputStream in(&reader);
  const int events = EventsFieldOf(type).number();
  size_t count = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (!WireFormatLite::SkipField(&in, tag)) break;
    if (WireFormatLite::GetTagFieldNumber(tag) == events) ++count;
  }
  return std::max<size_t>(count, 1);
}

}  // namespace spanwire::ingest

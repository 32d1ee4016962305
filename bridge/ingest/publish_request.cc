#include "bridge/ingest/publish_request.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/schema/message_parser.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace spanwire::ingest {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

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

bool ReadLengthDelimited(CodedInputStream& in, std::string* bytes) {
  int length = 0;
  return in.ReadVarintSizeAsInt(&length) && in.ReadString(bytes, length);
}

// Takes the events of a request apart: calls `take` with the bytes of each and writes all other fields to `around`.
// False where the bytes are no message.
template <typename Take>
bool SplitRequest(const grpc::ByteBuffer& bytes, const FieldDescriptor& events, Take take, std::string* around) {
  grpc::ByteBuffer readable(bytes);
  grpc::ProtoBufferReader reader(&readable);
  CodedInputStream in(&reader);
  google::protobuf::io::StringOutputStream stream(around);
  google::protobuf::io::CodedOutputStream out(&stream);
  std::string event;
  while (const uint32_t tag = in.ReadTag()) {
    if (tag == WireFormatLite::MakeTag(events.number(), WireFormatLite::WIRETYPE_LENGTH_DELIMITED)) {
      if (!ReadLengthDelimited(in, &event)) return false;
      take(event);
    } else if (!WireFormatLite::SkipField(&in, tag, &out)) {
      return false;
    }
  }
  return in.ConsumedEntireMessage();
}

// Where one fault keeps a request from being parsed at once: each event by itself, and what is around them.
absl::Status ParseEventByEvent(const grpc::ByteBuffer& bytes, Message* request, UnreadableEvents* unreadable) {
  request->Clear();
  const Descriptor& type = *request->GetDescriptor();
  const FieldDescriptor& events = EventsFieldOf(type);
  const auto* reflection = request->GetReflection();
  size_t count = 0;
  const auto take = [&](const std::string& event_bytes) {
    Message* event =
        events.is_repeated() ? reflection->AddMessage(request, &events) : reflection->MutableMessage(request, &events);
    if (!schema::ParsePartial(event_bytes, *event)) {
      event->Clear();
      unreadable->emplace(count, Unreadable("event", "MALFORMED_EVENT", event_bytes, *v1::Event::descriptor()));
    }
    ++count;
  };
  std::string around;
  if (!SplitRequest(bytes, events, take, &around)) return UnreadableRequest({}, type);
  return request->MergeFromString(around) ? absl::OkStatus() : UnreadableRequest(around, type);
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
  CodedInputStream in(&reader);
  const int events = EventsFieldOf(type).number();
  size_t count = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (!WireFormatLite::SkipField(&in, tag)) break;
    if (WireFormatLite::GetTagFieldNumber(tag) == events) ++count;
  }
  return count;
}

}  // namespace spanwire::ingest

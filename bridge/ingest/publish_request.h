#pragma once

#include <cstddef>
#include <map>

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "spanwire/v1/event.pb.h"

namespace spanwire::ingest {

// Why events cannot be read, by their place in the request. Ordered as they are.
using UnreadableEvents = std::map<size_t, absl::Status>;

// The events of one request, in order. Borrows both.
struct Events {
  absl::Span<const v1::Event* const> all;
  const UnreadableEvents* unreadable = nullptr;  // these are empty in `all`; null: none

  // Whether the event at this place could be read.
  absl::Status StatusOf(size_t place) const {
    if (unreadable == nullptr) return absl::OkStatus();
    const auto found = unreadable->find(place);
    return found == unreadable->end() ? absl::OkStatus() : found->second;
  }
};

// A PublishRequest, PublishBatchRequest or PublishStreamRequest on the wire. The service takes bytes rather than
// messages since gRPC answers UNIMPLEMENTED to a call whose bytes are no message, and ends a stream as if the client
// had finished.

// OK, or INVALID_ARGUMENT with reason MESSAGE_TOO_LARGE.
absl::Status CheckMessageSize(size_t bytes, size_t max_bytes);

// Parses a request. An event that cannot be read stays empty and is told in `unreadable`: INVALID_ARGUMENT with reason
// MALFORMED_EVENT, or BAD_PAYLOAD where it nests too deep. Where the rest cannot be read, INVALID_ARGUMENT with reason
// MALFORMED_REQUEST. Takes memory for each event, however little it has on the wire: count them before.
absl::Status ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message* request,
                          UnreadableEvents* unreadable);

// How many events the bytes of a request of this type hold, as far as they can be read, without parsing them.
size_t CountEvents(const grpc::ByteBuffer& bytes, const google::protobuf::Descriptor& type);

}  // namespace spanwire::ingest

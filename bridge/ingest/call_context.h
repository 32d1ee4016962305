#pragma once

#include <cstddef>
#include <string_view>

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bridge/ingest/in_flight_budget.h"
#include "bridge/ingest/live_calls.h"
#include "bridge/ingest/publish_pipeline.h"
#include "bridge/ingest/refusals.h"
#include "bridge/ingest/sequenced_publisher.h"
#include "bridge/rpc/gate.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message_lite.h"

namespace spanwire::ingest {

// What every call of the publisher service works with; outlives them all.
struct CallContext {
  PublishPipeline& pipeline;
  SequencedPublisher& sequenced;
  Refusals& refusals;
  InFlightBudget& budget;
  LiveCalls& calls;
  rpc::Gate& gate;
  const size_t max_batch_events;
  const size_t max_message_bytes;
};

// Reads what the call's metadata say of its events; UNAUTHENTICATED as from rpc::Gate, and counted.
absl::StatusOr<CallInfo> ReadCallInfo(const CallContext& context, const grpc::ServerContextBase& call);

void WriteMessage(const google::protobuf::MessageLite& message, grpc::ByteBuffer* bytes);

// Room for a request of `wire_bytes` and its results, without many small allocations.
google::protobuf::ArenaOptions ArenaFor(size_t wire_bytes);

// Takes a request's bytes into `share`, or RESOURCE_EXHAUSTED with reason OVERLOADED.
absl::Status TakeShare(InFlightBudget& budget, size_t bytes, InFlightBudget::Share* share);

// OK, or INVALID_ARGUMENT with reason BATCH_TOO_LARGE.
absl::Status CheckBatch(size_t events, size_t max_events);

// UNAVAILABLE, reason DRAINING.
absl::Status Draining();

}  // namespace spanwire::ingest

#include "bridge/ingest/call_context.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "bridge/ingest/trace_context.h"
#include "bridge/model/error.h"

namespace spanwire::ingest {
namespace {

std::string TraceIdOfCall(const grpc::ServerContextBase& call) {
  const auto [begin, end] = call.client_metadata().equal_range("traceparent");
  // More than one is as good as none (W3C Trace Context, section 3.2).
  if (begin == end || std::next(begin) != end) return {};
  return std::string(TraceIdOf({begin->second.data(), begin->second.size()}));
}

}  // namespace

absl::StatusOr<CallInfo> ReadCallInfo(const CallContext& context, const grpc::ServerContextBase& call) {
  absl::StatusOr<rpc::Caller> caller = context.gate.Admit(call);
  if (!caller.ok()) {
    context.refusals.Call(caller.status());
    return caller.status();
  }
  return CallInfo{.trace_id = TraceIdOfCall(call), .caller = *std::move(caller)};
}

void WriteMessage(const google::protobuf::MessageLite& message, grpc::ByteBuffer* bytes) {
  const auto size = static_cast<int>(message.ByteSizeLong());
  grpc::ProtoBufferWriter writer(bytes, size, size);
  message.SerializeToZeroCopyStream(&writer);
}

google::protobuf::ArenaOptions ArenaFor(size_t wire_bytes) {
  google::protobuf::ArenaOptions options;
  options.start_block_size = std::clamp<size_t>(wire_bytes * 4, 1024, 64 * 1024);
  options.max_block_size = 64 * 1024;
  return options;
}

absl::Status TakeShare(InFlightBudget& budget, size_t bytes, InFlightBudget::Share* share) {
  *share = budget.Take(bytes);
  if (*share) return absl::OkStatus();
  return model::MakeError(absl::StatusCode::kResourceExhausted,
                          "the bridge has as many events on their way as it may hold: try again, with backoff",
                          {.reason = "OVERLOADED", .metadata = {}});
}

absl::Status CheckBatch(size_t events, size_t max_events) {
  if (events <= max_events) return absl::OkStatus();
  return model::MakeError(
      absl::StatusCode::kInvalidArgument,
      fmt::format("the batch has {} events: at most {} are allowed; nothing was published, send several", events,
                  max_events),
      {.reason = "BATCH_TOO_LARGE",
       .metadata = {{"field", "events"}, {"events", std::to_string(events)}, {"limit", std::to_string(max_events)}}});
}

absl::Status Draining() {
  return model::MakeError(absl::StatusCode::kUnavailable,
                          "the bridge is shutting down: publish what was not answered to another one, or to this one "
                          "when it is back",
                          {.reason = "DRAINING", .metadata = {}});
}

}  // namespace spanwire::ingest

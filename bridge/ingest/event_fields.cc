#include "bridge/ingest/event_fields.h"

#include <string>

#include <fmt/format.h>

#include "bridge/ingest/trace_context.h"
#include "bridge/model/error.h"
#include "bridge/model/utf8.h"

namespace spanwire::ingest {
namespace {

constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z

absl::Status BadField(std::string_view reason, std::string_view field, std::string_view sentence) {
  return model::MakeError(absl::StatusCode::kInvalidArgument, sentence,
                          {.reason = std::string(reason), .metadata = {{"field", std::string(field)}}});
}

}  // namespace

absl::Status CheckEventId(std::string_view id) {
  if (id.size() > kMaxEventIdBytes) {
    return BadField(
        "BAD_ID", "id",
        fmt::format("id has {} bytes: at most {} are allowed; a hash or a UUID will do", id.size(), kMaxEventIdBytes));
  }
  if (!model::IsUtf8(id)) return BadField("BAD_ID", "id", "id is not valid UTF-8: write binary ids as hex or base64");
  return absl::OkStatus();
}

absl::Status CheckTraceId(std::string_view trace_id) {
  if (trace_id.empty() || IsTraceId(trace_id)) return absl::OkStatus();
  return BadField("BAD_TRACE_ID", "trace_id",
                  "trace_id must be 32 lower-case hex digits, not all zero (W3C Trace Context), or empty");
}

absl::Status CheckProducerId(std::string_view producer_id) {
  if (producer_id.size() <= kMaxProducerIdBytes) return absl::OkStatus();
  return BadField("BAD_PRODUCER_ID", "producer_id",
                  fmt::format("producer_id has {} bytes: at most {} are allowed; a UUID will do", producer_id.size(),
                              kMaxProducerIdBytes));
}

absl::StatusOr<absl::Time> ReadTimestamp(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() < kFirstSecond || timestamp.seconds() > kLastSecond) {
    return BadField("BAD_TIMESTAMP", "timestamp",
                    fmt::format("timestamp.seconds is {}: give seconds since 1970 within the years 1 to 9999",
                                timestamp.seconds()));
  }
  if (timestamp.nanos() < 0 || timestamp.nanos() > 999'999'999) {
    return BadField("BAD_TIMESTAMP", "timestamp",
                    fmt::format("timestamp.nanos is {}: give 0 to 999999999, also before 1970", timestamp.nanos()));
  }
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace spanwire::ingest

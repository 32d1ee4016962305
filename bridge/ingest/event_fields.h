#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace spanwire::ingest {

inline constexpr size_t kMaxEventIdBytes = 128;
inline constexpr size_t kMaxProducerIdBytes = 64;

// Checks of the fields of an event that are the same for every payload (beside model::ValidateTenantId). Errors are
// INVALID_ARGUMENT with the reason named here and the field in their metadata.

// Empty (none), or at most 128 bytes of UTF-8. BAD_ID.
absl::Status CheckEventId(std::string_view id);

// Empty (none), or a W3C trace-id. BAD_TRACE_ID.
absl::Status CheckTraceId(std::string_view trace_id);

// Empty (none), or at most 64 bytes. BAD_PRODUCER_ID.
absl::Status CheckProducerId(std::string_view producer_id);

// A timestamp of the years 1 to 9999 with 0 to 999,999,999 nanoseconds, as google.protobuf.Timestamp demands.
// BAD_TIMESTAMP.
absl::StatusOr<absl::Time> ReadTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace spanwire::ingest

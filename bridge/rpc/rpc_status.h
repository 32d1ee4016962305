#pragma once

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace spanwire::rpc {

// `status`, which is an error, as google.rpc.Status: its code and sentence, and as details
//   google.rpc.ErrorInfo    always: the reason (where it has none, its code's name), domain "spanwire", metadata
//   google.rpc.BadRequest   where the metadata names a `field`
//   google.rpc.RetryInfo    for UNAVAILABLE, and for RESOURCE_EXHAUSTED unless the metadata names a `setting` to change
// Sentence and metadata are cut to what fits a gRPC trailer, and what is not UTF-8 in them becomes U+FFFD.
google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace spanwire::rpc

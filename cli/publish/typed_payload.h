#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/any.pb.h"
#include "spanwire/v1/schema.pb.h"

namespace spanwire::cli::publish {

// `json` as a message of the type that `schema`, the bridge's answer, describes. INVALID_ARGUMENT, naming the field,
// where they do not fit.
absl::StatusOr<google::protobuf::Any> ToTypedPayload(const v1::GetSchemaResponse& schema, const std::string& json);

}  // namespace spanwire::cli::publish

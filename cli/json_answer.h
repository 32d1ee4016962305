#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace spanwire::cli {

// A gRPC answer as one PrintableJson() document: original field names, fields without presence always printed,
// 64-bit integers as strings (the proto3 JSON mapping).
enum class JsonLayout { kIndented, kOneLine };
absl::StatusOr<std::string> JsonAnswer(const google::protobuf::Message& answer, JsonLayout layout);

}  // namespace spanwire::cli

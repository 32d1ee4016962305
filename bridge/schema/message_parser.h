#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "google/protobuf/message_lite.h"

namespace spanwire::schema {

// Parses `bytes`, to their end, into `message`, which may nest kMaxMessageNesting levels deep: the protobuf library's
// own limit is less than a google.protobuf.Struct of allowed depth takes. False where they are no such message;
// required fields (proto2) are not asked for.
bool ParsePartial(google::protobuf::io::ZeroCopyInputStream& bytes, google::protobuf::MessageLite& message);
bool ParsePartial(std::string_view bytes, google::protobuf::MessageLite& message);

// Why ParsePartial took `bytes` for no message of `type`, which the library does not say: INVALID_ARGUMENT with a
// sentence, and NestsTooDeep() for that. Reads no further than the fault.
absl::Status WhyUnreadable(std::string_view bytes, const google::protobuf::Descriptor& type);

}  // namespace spanwire::schema

#pragma once

#include "bridge/schema/json_output.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace spanwire::schema {

// Print well-known types in their own forms. False where `out` failed: a time or duration that is out of range.
bool WriteTimestamp(const google::protobuf::Timestamp& time, JsonOutput& out);
bool WriteDuration(const google::protobuf::Duration& duration, JsonOutput& out);
bool WriteFieldMask(const google::protobuf::FieldMask& mask, JsonOutput& out);

// `message`, which is of the well-known type T in whatever descriptor pool, as the compiled-in T: itself, or copied to
// `copy` by way of its bytes.
template <class T>
const T& AsCompiledIn(const google::protobuf::Message& message, T& copy) {
  if (const T* same = google::protobuf::DynamicCastToGenerated<T>(&message)) return *same;
  copy.ParsePartialFromString(message.SerializePartialAsString());
  return copy;
}

}  // namespace spanwire::schema

#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "bridge/schema/event_translator.h"

namespace spanwire::ingest {

// The members of an envelope that do not come from its payload, all checked.
struct EnvelopeFields {
  absl::Time timestamp;
  std::string_view tenant_id;
  std::string_view id;
  std::string_view trace_id;
};

// Appends the envelope of docs/protocol.md, section 1, up to and without its offset:
//   {"type":..,"topic":..,"data":..,"timestamp":..,"event"?,"id"?,"trace_id"?
// On error (AppendData's) `out` holds a beginning that is good for nothing.
absl::Status AppendEnvelope(schema::OpenedEvent& opened, const EnvelopeFields& fields, std::string* out);

}  // namespace spanwire::ingest

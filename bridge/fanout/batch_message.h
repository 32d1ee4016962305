#pragma once

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bridge/model/envelope.h"

namespace spanwire::fanout {

// A `batch` (docs/protocol.md, section 3): one control message for all subscribers. `dropped` is how many events of the
// same window were left out.
model::EnvelopePtr BatchMessage(std::string_view topic, absl::Span<const model::EnvelopePtr> events, uint64_t dropped,
                                absl::Time now);

}  // namespace spanwire::fanout

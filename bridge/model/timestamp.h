#pragma once

#include <string>

#include "absl/time/time.h"

namespace spanwire::model {

// Appends `time` as RFC 3339 UTC with exactly milliseconds: 2026-01-15T14:05:00.000Z. For years 1 to 9999.
void AppendTimestamp(absl::Time time, std::string* out);
std::string FormatTimestamp(absl::Time time);

}  // namespace spanwire::model

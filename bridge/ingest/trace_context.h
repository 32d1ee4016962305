#pragma once

#include <string_view>

namespace spanwire::ingest {

// True for 32 lower-case hex digits, not all zero: a trace-id of W3C Trace Context.
bool IsTraceId(std::string_view text);

// The trace-id of a `traceparent` header (W3C Trace Context, level 1, section 3.2), as a part of `header`. Empty where
// the header is invalid, which the standard wants ignored; longer ones of later versions are read by their beginning.
std::string_view TraceIdOf(std::string_view header);

}  // namespace spanwire::ingest

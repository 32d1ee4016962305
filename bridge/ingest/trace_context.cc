#include "bridge/ingest/trace_context.h"

#include <algorithm>

namespace spanwire::ingest {
namespace {

// version "-" trace-id "-" parent-id "-" flags
constexpr size_t kTraceIdAt = 3;
constexpr size_t kTraceIdDigits = 32;
constexpr size_t kParentIdAt = 36;
constexpr size_t kParentIdDigits = 16;
constexpr size_t kFlagsAt = 53;
constexpr size_t kLength = 55;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsHexNotZero(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool IsTraceId(std::string_view text) {
  return text.size() == kTraceIdDigits && IsHexNotZero(text);
}

std::string_view TraceIdOf(std::string_view header) {
  if (header.size() < kLength) return {};
  const std::string_view version = header.substr(0, 2);
  if (!IsHex(version) || version == "ff") return {};
  if (version == "00" && header.size() != kLength) return {};
  if (header.size() > kLength && header[kLength] != '-') return {};
  if (header[kTraceIdAt - 1] != '-' || header[kParentIdAt - 1] != '-' || header[kFlagsAt - 1] != '-') return {};
  const std::string_view trace_id = header.substr(kTraceIdAt, kTraceIdDigits);
  const bool valid = IsHexNotZero(trace_id) && IsHexNotZero(header.substr(kParentIdAt, kParentIdDigits)) &&
                     IsHex(header.substr(kFlagsAt, 2));
  return valid ? trace_id : std::string_view();
}

}  // namespace spanwire::ingest

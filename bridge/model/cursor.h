#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace spanwire::model {

// Offsets are integers that a browser's Number holds exactly (docs/protocol.md, section 1).
inline constexpr uint64_t kMaxOffset = (uint64_t{1} << 53) - 1;

// A position in a tenant's log: everything at or below `offset` in the log named `epoch` has been received.
// `epoch` is 1 to 16 of `0-9 A-Z a-z`; `offset` is 0 (nothing received yet) to kMaxOffset.
struct Cursor {
  std::string epoch;
  uint64_t offset = 0;

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// Reads `<epoch>-<offset>`. INVALID_ARGUMENT with a sentence for the client where `text` is no cursor at all.
absl::StatusOr<Cursor> ParseCursor(std::string_view text);

std::string FormatCursor(std::string_view epoch, uint64_t offset);
inline std::string FormatCursor(const Cursor& cursor) {
  return FormatCursor(cursor.epoch, cursor.offset);
}

// A fresh epoch of 10 random characters, for a log that starts now.
std::string RandomEpoch();

// `length` random characters of `0-9 A-Z a-z`, from the system's random source. For ids that must not be guessed.
std::string RandomId(size_t length);

}  // namespace spanwire::model

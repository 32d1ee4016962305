#include "bridge/model/cursor.h"

#include <algorithm>
#include <charconv>
#include <random>

#include <fmt/format.h>

#include "absl/strings/ascii.h"

namespace spanwire::model {
namespace {

constexpr size_t kMaxEpochLength = 16;
constexpr size_t kMaxOffsetDigits = 16;

absl::Status NoCursor() {
  return absl::InvalidArgumentError(
      "not a cursor: expected <epoch>-<offset> as given by the bridge, such as \"a1B2c3D4e5-42\"");
}

}  // namespace

absl::StatusOr<Cursor> ParseCursor(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return NoCursor();
  const std::string_view epoch = text.substr(0, dash);
  const std::string_view digits = text.substr(dash + 1);
  if (epoch.empty() || epoch.size() > kMaxEpochLength ||
      !std::all_of(epoch.begin(), epoch.end(), absl::ascii_isalnum)) {
    return NoCursor();
  }
  if (digits.empty() || digits.size() > kMaxOffsetDigits ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    return NoCursor();
  }
  Cursor cursor{.epoch = std::string(epoch)};
  // 16 digits fit 64 bits, so from_chars cannot overflow.
  std::from_chars(digits.data(), digits.data() + digits.size(), cursor.offset);
  if (cursor.offset > kMaxOffset) return NoCursor();
  return cursor;
}

std::string FormatCursor(std::string_view epoch, uint64_t offset) {
  return fmt::format("{}-{}", epoch, offset);
}

std::string RandomEpoch() {
  return RandomId(10);
}

std::string RandomId(size_t length) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  thread_local std::random_device device;
  std::uniform_int_distribution<size_t> pick(0, kAlphabet.size() - 1);
  std::string id(length, '\0');
  for (char& c : id) c = kAlphabet[pick(device)];
  return id;
}

}  // namespace spanwire::model

#include "bridge/schema/json_number.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/compile.h>

namespace spanwire::schema {
namespace {

constexpr size_t kLongestNumber = 32;

// False where it has appended what stands for a number that JSON has no digits for.
bool IsFinite(double value, std::string* out) {
  if (std::isfinite(value)) return true;
  out->append(std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  return false;
}

template <class Integer>
void AppendInteger(Integer value, std::string* out) {
  char digits[kLongestNumber];
  out->append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

}  // namespace

void AppendJsonInt(int64_t value, std::string* out) {
  AppendInteger(value, out);
}

void AppendJsonUint(uint64_t value, std::string* out) {
  AppendInteger(value, out);
}

void AppendJsonDouble(double value, std::string* out) {
  if (!IsFinite(value, out)) return;
  char digits[kLongestNumber];
  out->append(digits, fmt::format_to(digits, FMT_COMPILE("{}"), value));
}

void AppendJsonFloat(float value, std::string* out) {
  if (!IsFinite(value, out)) return;
  char digits[kLongestNumber];
  char* end = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::general, 6).ptr;
  float read_back = 0;
  std::from_chars(digits, end, read_back);
  const bool is_subnormal = value != 0 && !std::isnormal(value);  // the library trusts no short text of these
  if (read_back != value || is_subnormal) {
    end = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::general, 9).ptr;
  }
  out->append(digits, end);
}

}  // namespace spanwire::schema

#include "bridge/transport/http_query.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/utf8.h"

namespace spanwire::transport {
namespace {

absl::Status BadEscape(size_t at) {
  return absl::InvalidArgumentError(
      fmt::format("byte {} of the query is a % without two hex digits behind it: write a plain % as %25", at));
}

std::optional<char> HexByte(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

// `text` begins at byte `at` of the query.
absl::StatusOr<std::string> Decode(size_t at, std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const std::optional<char> byte = HexByte(text.substr(i + 1, 2));
      if (!byte) return BadEscape(at + i);
      decoded.push_back(*byte);
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  if (!model::IsUtf8(decoded)) return absl::InvalidArgumentError("the query is not UTF-8");
  return decoded;
}

}  // namespace

absl::StatusOr<std::vector<QueryParameter>> ParseQuery(std::string_view query) {
  std::vector<QueryParameter> parameters;
  for (size_t begin = 0; begin < query.size();) {
    const size_t end = std::min(query.find('&', begin), query.size());
    const std::string_view pair = query.substr(begin, end - begin);
    if (!pair.empty()) {
      const size_t equals = std::min(pair.find('='), pair.size());
      const size_t value_at = std::min(equals + 1, pair.size());
      absl::StatusOr<std::string> name = Decode(begin, pair.substr(0, equals));
      if (!name.ok()) return name.status();
      absl::StatusOr<std::string> value = Decode(begin + value_at, pair.substr(value_at));
      if (!value.ok()) return value.status();
      parameters.push_back({.name = *std::move(name), .value = *std::move(value)});
    }
    begin = end + 1;
  }
  return parameters;
}

}  // namespace spanwire::transport

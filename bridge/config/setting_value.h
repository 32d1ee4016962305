#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "absl/status/status.h"
#include "bridge/config/config.h"
#include "bridge/config/network.h"
#include "bridge/config/value_text.h"

namespace spanwire::config {

// Where the value of a setting is in a Config, and what its text may be.
struct SettingValue {
  // Sets it from text; INVALID_ARGUMENT says what is expected.
  std::function<absl::Status(Config&, std::string_view text)> set;
  std::function<bool(const Config&, const Config&)> same;
  std::function<void(Config&)> clear = {};  // of a list: empties it
};

// Each kind of value, made of `where`: what gives the member of a Config, const or not, that it goes to.

// That `set` sets.
template <typename Where, typename Set>
SettingValue ValueAt(Where where, Set set) {
  return {.set = std::move(set), .same = [where](const Config& a, const Config& b) { return where(a) == where(b); }};
}

// That `parse` understands, such as ParseSize.
template <typename Parse, typename Where>
SettingValue Into(Parse parse, Where where) {
  return ValueAt(where, [parse, where](Config& config, std::string_view text) -> absl::Status {
    auto value = parse(text);
    if (!value.ok()) return value.status();
    where(config) = static_cast<std::remove_reference_t<decltype(where(config))>>(*std::move(value));
    return absl::OkStatus();
  });
}

// Parsers for that, with a range.
inline auto Integer(int64_t min, int64_t max) {
  return [min, max](std::string_view text) { return ParseInteger(text, min, max); };
}
inline auto DurationUpTo(std::string_view max) {
  return [max](std::string_view text) { return ParseDurationUpTo(text, max); };
}

template <typename Where>
SettingValue Text(Where where) {
  return ValueAt(where, [where](Config& config, std::string_view text) {
    where(config) = std::string(text);
    return absl::OkStatus();
  });
}

// One more of a list.
template <typename Where>
SettingValue Add(Where where) {
  SettingValue value = ValueAt(where, [where](Config& config, std::string_view text) {
    where(config).emplace_back(text);
    return absl::OkStatus();
  });
  value.clear = [where](Config& config) { where(config).clear(); };
  return value;
}

// One more of a list, as `parse` understands it.
template <typename Parse, typename Where>
SettingValue AddInto(Parse parse, Where where) {
  SettingValue value = Add(where);
  value.set = [parse, where](Config& config, std::string_view text) -> absl::Status {
    auto item = parse(text);
    if (!item.ok()) return item.status();
    where(config).push_back(*std::move(item));
    return absl::OkStatus();
  };
  return value;
}

// One more address or network of a list.
template <typename Where>
SettingValue AddNetwork(Where where) {
  SettingValue value = Add(where);
  value.set = [where](Config& config, std::string_view text) {
    where(config).emplace_back(text);
    return ParseNetwork(text).status();
  };
  return value;
}

// An address to listen on.
template <typename Where>
SettingValue Address(Where where) {
  return ValueAt(where, [where](Config& config, std::string_view text) {
    where(config) = std::string(text);
    return ParseListenAddress(text).status();
  });
}

// The same, or an empty text for none.
template <typename Where>
SettingValue OptionalAddress(Where where) {
  return ValueAt(where, [where](Config& config, std::string_view text) {
    where(config) = std::string(text);
    return text.empty() ? absl::OkStatus() : ParseListenAddress(text).status();
  });
}

template <typename Where>
SettingValue OneOf(std::vector<std::string_view> words, Where where) {
  return ValueAt(where, [words = std::move(words), where](Config& config, std::string_view text) -> absl::Status {
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      return absl::InvalidArgumentError(
          fmt::format("expected one of {}, got \"{}\"", fmt::join(words, ", "), text.substr(0, 64)));
    }
    where(config) = std::string(text);
    return absl::OkStatus();
  });
}

}  // namespace spanwire::config

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
// toml++ 3.3 asserts of some documents, such as `[:`, what it then finds not to be so and reports as an error.
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include "absl/status/status.h"

namespace spanwire::config {

// What the readers of the settings file share about a place in it.

// `path:line: key`.
inline std::string PlaceOf(const std::string& path, const toml::node& node, std::string_view key) {
  return fmt::format("{}:{}: {}", path, node.source().begin.line, key);
}

// `path:line: key: sentence`.
inline absl::Status FaultAt(const std::string& path, const toml::node& node, std::string_view key,
                            std::string_view sentence) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", PlaceOf(path, node, key), sentence));
}

// A scalar as the text that a flag would have; nothing for any other node.
inline std::optional<std::string> ScalarText(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  return std::nullopt;
}

}  // namespace spanwire::config

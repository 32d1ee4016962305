#include "cli/tail/json_extents.h"

#include <algorithm>
#include <cstddef>

namespace spanwire::cli::tail {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// All of these answer the end of the text rather than run past it, should the text not be valid after all.
size_t SkipSpace(std::string_view json, size_t at) {
  return std::min(json.find_first_not_of(kSpace, at), json.size());
}

// `at` is on the opening quote; the result is behind the closing one.
size_t SkipString(std::string_view json, size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

// `at` is on an opening bracket; the result is behind the closing one.
size_t SkipNested(std::string_view json, size_t at) {
  int depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = SkipString(json, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return at;
}

size_t SkipValue(std::string_view json, size_t at) {
  if (at >= json.size()) return json.size();
  if (json[at] == '"') return SkipString(json, at);
  if (json[at] == '{' || json[at] == '[') return SkipNested(json, at);
  return std::min(json.find_first_of(",}] \t\r\n", at), json.size());
}

}  // namespace

std::vector<JsonExtent> JsonExtents(std::string_view json) {
  std::vector<JsonExtent> extents;
  size_t at = SkipSpace(json, 0);
  if (at == json.size()) return extents;
  const bool is_object = json[at] == '{';
  for (++at; at < json.size(); ++at) {  // `at` is behind a bracket or a comma
    at = SkipSpace(json, at);
    if (at == json.size() || json[at] == '}' || json[at] == ']') break;
    JsonExtent extent;
    if (is_object) {
      const size_t name_end = SkipString(json, at);
      extent.name = json.substr(at + 1, name_end - at - 2);
      at = SkipSpace(json, SkipSpace(json, name_end) + 1);  // behind the colon
    }
    const size_t value_end = SkipValue(json, at);
    extent.value = json.substr(std::min(at, json.size()), value_end - at);
    extents.push_back(extent);
    at = SkipSpace(json, value_end);
  }
  return extents;
}

}  // namespace spanwire::cli::tail

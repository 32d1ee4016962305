#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bridge/model/error.h"

namespace spanwire::admin {

inline constexpr int32_t kDefaultPageSize = 100;
inline constexpr int32_t kMaxPageSize = 1000;

// OK for 0 (the default) to 1,000.
inline absl::Status CheckPageSize(int32_t page_size) {
  if (page_size >= 0 && page_size <= kMaxPageSize) return absl::OkStatus();
  return model::MakeError(absl::StatusCode::kInvalidArgument, "page_size must be 1 to 1000, or 0 for 100",
                          {.reason = "BAD_PAGE_SIZE", .metadata = {{"field", "page_size"}}});
}

// Cuts a page out of `items`, which are sorted by the key that `key_of` gives: keys after `page_token`, at most
// `page_size`. Returns the token of the next page, empty on the last. A token is the last key of a page, so items that
// come and go between pages neither repeat nor hide others.
template <typename Item, typename KeyOf>
std::string TakePage(std::vector<Item>& items, int32_t page_size, const std::string& page_token, KeyOf&& key_of) {
  const auto begin =
      std::find_if(items.begin(), items.end(), [&](const Item& item) { return key_of(item) > page_token; });
  items.erase(items.begin(), page_token.empty() ? items.begin() : begin);
  const auto size = static_cast<size_t>(page_size == 0 ? kDefaultPageSize : page_size);
  if (items.size() <= size) return "";
  items.resize(size);
  return key_of(items.back());
}

}  // namespace spanwire::admin

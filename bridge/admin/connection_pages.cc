#include "bridge/admin/connection_pages.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "bridge/admin/paging.h"
#include "bridge/model/error.h"

namespace spanwire::admin {
namespace {

// Where a connection stands in the list: a total order, since ids are unique. Tokens are `<microseconds>.<client id>`.
struct Place {
  int64_t connected_at;  // Unix microseconds
  std::string_view client_id;

  friend bool operator<(const Place& a, const Place& b) {
    return std::tie(a.connected_at, a.client_id) < std::tie(b.connected_at, b.client_id);
  }
};

Place PlaceOf(const session::ClientSnapshot& client) {
  return {.connected_at = absl::ToUnixMicros(client.connected_at), .client_id = client.client_id};
}

std::optional<Place> ParseToken(std::string_view token) {
  Place place{};
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), place.connected_at);
  if (error != std::errc() || end == token.data() + token.size() || *end != '.') return std::nullopt;
  place.client_id = token.substr(static_cast<size_t>(end - token.data()) + 1);
  return place;
}

}  // namespace

absl::Status CheckConnectionToken(const std::string& page_token) {
  if (page_token.empty() || ParseToken(page_token)) return absl::OkStatus();
  return model::MakeError(absl::StatusCode::kInvalidArgument, "page_token is not one that the bridge gave out",
                          {.reason = "BAD_PAGE_TOKEN", .metadata = {{"field", "page_token"}}});
}

std::string TakeConnectionPage(std::vector<session::ClientSnapshot>& clients, int32_t page_size,
                               const std::string& page_token) {
  if (const std::optional<Place> after = ParseToken(page_token)) {
    std::erase_if(clients, [&](const auto& client) { return !(*after < PlaceOf(client)); });
  }
  // Only what is shown is sorted: this runs on a shard's thread, with every connection of the bridge.
  const size_t size = std::min(clients.size(), static_cast<size_t>(page_size == 0 ? kDefaultPageSize : page_size));
  const auto end = clients.begin() + static_cast<std::ptrdiff_t>(size);
  std::partial_sort(clients.begin(), end, clients.end(),
                    [](const auto& a, const auto& b) { return PlaceOf(a) < PlaceOf(b); });
  const bool last = size == clients.size();
  clients.erase(end, clients.end());
  return last ? "" : fmt::format("{}.{}", PlaceOf(clients.back()).connected_at, clients.back().client_id);
}

}  // namespace spanwire::admin

#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace spanwire::cli {

// Asks for pages until there are no more or `limit` items are there (0: all), and returns them as one answer whose
// next_page_token is empty, unless the limit left some out. `fetch(request)` asks for one page; `items(answer)` is its
// repeated field.
template <class Response, class Request, class Fetch, class Items>
absl::StatusOr<Response> FetchPages(Request request, int limit, Fetch fetch, Items items) {
  constexpr int kPage = 500;
  Response all;
  while (true) {
    const int missing = limit == 0 ? kPage : limit - items(all).size();
    request.set_page_size(std::min(missing, kPage));
    absl::StatusOr<Response> page = fetch(request);
    if (!page.ok()) return page.status();
    items(all).MergeFrom(items(*page));
    all.set_next_page_token(page->next_page_token());
    all.set_total_size(page->total_size());
    if (page->next_page_token().empty() || (limit != 0 && items(all).size() >= limit)) return all;
    // A page that brings nothing forward would be asked for again for ever.
    if (items(*page).empty() || page->next_page_token() == request.page_token()) {
      return absl::InternalError("the bridge sent a page that leads nowhere; list with a filter");
    }
    request.set_page_token(page->next_page_token());
  }
}

}  // namespace spanwire::cli

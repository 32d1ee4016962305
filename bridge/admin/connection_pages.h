#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bridge/session/client.h"

namespace spanwire::admin {

// OK for what TakeConnectionPage gave out, and for none.
absl::Status CheckConnectionToken(const std::string& page_token);

// Leaves in `clients`, which are in no order, the page of at most `page_size` (0: the default) that follows
// `page_token`, oldest connections first. Returns the token of the next page, empty on the last. Connections that come
// and go between pages neither repeat nor hide others. `page_token` has been checked.
std::string TakeConnectionPage(std::vector<session::ClientSnapshot>& clients, int32_t page_size,
                               const std::string& page_token);

}  // namespace spanwire::admin

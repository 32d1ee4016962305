#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace spanwire {

// A bridge's address as a user types it, for PublisherOptions::target: "HOST:PORT", completed with the port 50051 where
// it has none; an IPv6 address with a port stands in brackets. INVALID_ARGUMENT for anything else, such as a URL: gRPC
// would try a wrong one for ever.
absl::StatusOr<std::string> ParseServerAddress(std::string_view text);

}  // namespace spanwire

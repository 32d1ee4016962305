#pragma once

#include <optional>

#include "absl/time/time.h"
#include "bridge/session/close_code.h"

namespace spanwire::transport {

// When a client that is closed with `code` should come back: at random within `spread`, since those who all lost the
// same bridge should not all come back at the same moment. From an overloaded bridge they stay away a whole spread
// first. Nothing where the code leaves it to the client. Any thread.
std::optional<absl::Duration> ReconnectAfter(session::CloseCode code, absl::Duration spread);

}  // namespace spanwire::transport

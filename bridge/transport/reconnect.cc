#include "bridge/transport/reconnect.h"

#include <cstdint>
#include <random>

namespace spanwire::transport {

std::optional<absl::Duration> ReconnectAfter(session::CloseCode code, absl::Duration spread) {
  const bool overloaded = code == session::CloseCode::kOverloaded;
  if (code != session::CloseCode::kRestart && !overloaded) return std::nullopt;
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<int64_t> within(0, absl::ToInt64Milliseconds(spread));
  return absl::Milliseconds(within(random)) + (overloaded ? spread : absl::ZeroDuration());
}

}  // namespace spanwire::transport

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace spanwire::config {

// Values as people write them in flags, environment variables and the file. Errors are INVALID_ARGUMENT and say what is
// expected, not which setting it was.

// `1MiB`, `512KiB`, `4GiB`, `64kB`, `1500` (bytes), `0`.
absl::StatusOr<size_t> ParseSize(std::string_view text);
// `100ms`, `30s`, `5m`, `1h30m`; not negative.
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);
// The same, but not shorter than 1ms.
absl::StatusOr<absl::Duration> ParsePeriod(std::string_view text);
// A duration not longer than `max`, a duration that the error shows as it is written.
absl::StatusOr<absl::Duration> ParseDurationUpTo(std::string_view text, std::string_view max);
// A whole number from `min` to `max`.
absl::StatusOr<int64_t> ParseInteger(std::string_view text, int64_t min, int64_t max);
// A number over 0.
absl::StatusOr<double> ParsePositive(std::string_view text);
// `true` or `false`.
absl::StatusOr<bool> ParseBool(std::string_view text);
// A token of RFC 6265, section 4.1.1, or nothing.
absl::StatusOr<std::string> ParseCookieName(std::string_view text);

// An address to listen on: `host:port`, `[::1]:port`, the host being an IP address or `localhost`.
struct ListenAddress {
  std::string host;  // without brackets
  uint16_t port = 0;
  bool loopback = false;
};
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace spanwire::config

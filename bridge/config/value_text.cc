#include "bridge/config/value_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "absl/status/status.h"
#include "bridge/model/absl_view.h"

namespace spanwire::config {
namespace {

constexpr std::array<std::pair<std::string_view, uint64_t>, 8> kUnits = {{{"", 1},
                                                                          {"B", 1},
                                                                          {"kB", 1000},
                                                                          {"MB", 1000 * 1000},
                                                                          {"GB", 1000 * 1000 * 1000},
                                                                          {"KiB", 1024},
                                                                          {"MiB", 1024 * 1024},
                                                                          {"GiB", 1024 * 1024 * 1024}}};

absl::Status Expected(std::string_view what, std::string_view text) {
  return absl::InvalidArgumentError(fmt::format("expected {}, got \"{}\"", what, text.substr(0, 64)));
}

bool IsLoopback(const std::string& host) {
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "::1";
}

bool IsAddress(const std::string& host) {
  in_addr v4;
  in6_addr v6;
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 || inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

}  // namespace

absl::StatusOr<size_t> ParseSize(std::string_view text) {
  static constexpr std::string_view kWhat = "a size such as 1MiB, 512KiB or 1500";
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return Expected(kWhat, text);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const auto& [name, bytes] : kUnits) {
    if (unit != name) continue;
    if (number > std::numeric_limits<uint64_t>::max() / bytes) return Expected(kWhat, text);
    return number * bytes;
  }
  return Expected(kWhat, text);
}

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(model::ToAbsl(text), &duration) || duration < absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return Expected("a duration such as 100ms, 30s or 5m", text);
  }
  return duration;
}

absl::StatusOr<absl::Duration> ParsePeriod(std::string_view text) {
  absl::StatusOr<absl::Duration> duration = ParseDuration(text);
  if (duration.ok() && *duration < absl::Milliseconds(1)) {
    return absl::InvalidArgumentError("expected a duration of at least 1ms");
  }
  return duration;
}

absl::StatusOr<absl::Duration> ParseDurationUpTo(std::string_view text, std::string_view max) {
  absl::StatusOr<absl::Duration> duration = ParseDuration(text);
  if (duration.ok() && *duration > ParseDuration(max).value_or(absl::ZeroDuration())) {
    return absl::InvalidArgumentError(fmt::format("expected a duration of at most {}", max));
  }
  return duration;
}

absl::StatusOr<int64_t> ParseInteger(std::string_view text, int64_t min, int64_t max) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < min || number > max) {
    return Expected(fmt::format("a whole number from {} to {}", min, max), text);
  }
  return number;
}

absl::StatusOr<double> ParsePositive(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number) || number <= 0) {
    return Expected("a number over 0", text);
  }
  return number;
}

absl::StatusOr<bool> ParseBool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return Expected("true or false", text);
}

absl::StatusOr<std::string> ParseCookieName(std::string_view text) {
  constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={}";
  const bool valid = text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
                       return c > 0x20 && c < 0x7f && kSeparators.find(static_cast<char>(c)) == std::string_view::npos;
                     });
  if (!valid) return absl::InvalidArgumentError("expected a cookie's name: letters, digits, - and _");
  return std::string(text);
}

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text) {
  static constexpr std::string_view kWhat = "an address such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:0";
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Expected(kWhat, text);
  ListenAddress address;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  const absl::StatusOr<int64_t> port = ParseInteger(text.substr(colon + 1), 0, 65535);
  const bool is_v6 = address.host.find(':') != std::string::npos;
  if (!port.ok() || !IsAddress(address.host) || is_v6 != bracketed) return Expected(kWhat, text);
  address.port = static_cast<uint16_t>(*port);
  address.loopback = IsLoopback(address.host);
  return address;
}

}  // namespace spanwire::config

#include "bridge/config/origin.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "bridge/config/host_port.h"
#include "bridge/model/absl_view.h"

namespace spanwire::config {
namespace {

constexpr size_t kMaxNameBytes = 253;

struct Scheme {
  std::string_view prefix;
  uint16_t default_port;
};
constexpr std::array<Scheme, 2> kSchemes = {{{"http://", 80}, {"https://", 443}}};

absl::Status Expected(std::string_view what, std::string_view text) {
  return absl::InvalidArgumentError(fmt::format("expected {}, got \"{}\"", what, text.substr(0, 64)));
}

// As an address is written at its shortest; nothing where it is none.
std::optional<std::string> CanonicalAddress(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(family, host.c_str(), bytes.data()) != 1) return std::nullopt;
  return std::string(inet_ntop(family, bytes.data(), text.data(), text.size()));
}

bool IsNumber(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// Browsers take what ends in a number for an IPv4 address, and write it as four numbers.
std::optional<std::string> CanonicalHost(std::string_view host, bool bracketed) {
  std::string lower = absl::AsciiStrToLower(model::ToAbsl(host));
  if (bracketed) {
    const std::optional<std::string> address = CanonicalAddress(AF_INET6, lower);
    return address ? std::optional(fmt::format("[{}]", *address)) : std::nullopt;
  }
  std::vector<std::string> labels = absl::StrSplit(lower, '.');
  if (labels.size() > 1 && labels.back().empty()) labels.pop_back();  // the root, which a name may end in
  const bool empty = std::any_of(labels.begin(), labels.end(), [](const std::string& label) { return label.empty(); });
  if (empty || lower.size() > kMaxNameBytes) return std::nullopt;
  if (IsNumber(labels.back())) return CanonicalAddress(AF_INET, lower);
  return lower;
}

// `host` or `host:port` in its one spelling, without that port.
std::optional<std::string> CanonicalHostPort(std::string_view text, std::optional<uint16_t> left_out) {
  const std::optional<HostPort> parsed = ParseHostPort(text);
  if (!parsed || parsed->port == 0) return std::nullopt;
  std::optional<std::string> host = CanonicalHost(parsed->host, text.starts_with('['));
  if (!host || !parsed->port || parsed->port == left_out) return host;
  return fmt::format("{}:{}", *host, *parsed->port);
}

}  // namespace

absl::StatusOr<std::string> ParseOrigin(std::string_view text) {
  for (const Scheme& scheme : kSchemes) {
    if (!absl::StartsWithIgnoreCase(model::ToAbsl(text), model::ToAbsl(scheme.prefix))) continue;
    const auto host = CanonicalHostPort(text.substr(scheme.prefix.size()), scheme.default_port);
    if (host) return fmt::format("{}{}", scheme.prefix, *host);
  }
  return Expected(
      "an origin as browsers send it, such as https://app.example or http://localhost:3000 (http or https, the whole "
      "host in ASCII, perhaps a port; no path, no *, and null cannot be allowed)",
      text);
}

absl::StatusOr<std::string> ParseHostName(std::string_view text) {
  if (std::optional<std::string> host = CanonicalHostPort(text, std::nullopt)) return *std::move(host);
  return Expected(
      "a host as in a Host header, such as push.example or push.example:8443 (without a port it stands for all; no "
      "scheme, no path, no *)",
      text);
}

}  // namespace spanwire::config

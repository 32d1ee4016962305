#include "bridge/transport/trusted_proxies.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "bridge/config/host_port.h"
#include "bridge/model/absl_view.h"
#include "bridge/transport/forwarded.h"

namespace spanwire::transport {
namespace {

namespace ip = boost::asio::ip;
using config::HostPort;
using config::ParseHostPort;

config::AddressBytes BytesOf(const ip::address& address) {
  const ip::address_v6 v6 = address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
  return v6.to_bytes();
}

// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
std::optional<ip::tcp::endpoint> EndpointOf(std::string_view hop) {
  boost::system::error_code no_address;
  const ip::address bare = ip::make_address(std::string(hop), no_address);
  if (!no_address) return ip::tcp::endpoint(bare, 0);
  const std::optional<HostPort> parsed = ParseHostPort(hop);
  if (!parsed) return std::nullopt;
  const ip::address address = ip::make_address(std::string(parsed->host), no_address);
  if (no_address) return std::nullopt;
  return ip::tcp::endpoint(address, parsed->port.value_or(0));
}

// RFC 7239, section 6: a hop that the proxy does not know, or does not tell. An element without `for` says no more.
bool TellsNoAddress(std::string_view hop) {
  const std::string_view name = hop.substr(0, hop.find(':'));
  return name.empty() || absl::EqualsIgnoreCase(model::ToAbsl(name), "unknown") || name.starts_with('_');
}

}  // namespace

TrustedProxies::TrustedProxies(const config::Config& config)
    : standard_header_(config.forwarded_header == "forwarded") {
  for (const std::string& text : config.trusted_proxies) networks_.push_back(config::ParseNetwork(text).value());
}

bool TrustedProxies::Trusts(const ip::address& address) const {
  if (networks_.empty()) return false;
  const config::AddressBytes bytes = BytesOf(address);
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const config::Network& network) { return network.Contains(bytes); });
}

std::optional<ip::tcp::endpoint> TrustedProxies::ClientOf(const HttpRequest& request,
                                                          const ip::tcp::endpoint& proxy) const {
  const std::string list = request.HeaderList(standard_header_ ? "Forwarded" : "X-Forwarded-For");
  if (list.empty()) return proxy;
  const std::optional<Hops> hops = standard_header_ ? ParseForwarded(list) : ParseForwardedFor(list);
  if (!hops) return std::nullopt;
  ip::tcp::endpoint client = proxy;
  // NOLINTNEXTLINE(modernize-loop-convert): from the end, and clang 14 does not take libstdc++'s views
  for (auto hop = hops->rbegin(); hop != hops->rend(); ++hop) {
    const std::optional<ip::tcp::endpoint> named = EndpointOf(*hop);
    // Taken for the proxy itself it would be without a bound of its own.
    if (!named && !TellsNoAddress(*hop)) return std::nullopt;
    if (!named) break;
    client = *named;
    if (!Trusts(client.address())) break;
  }
  return client;
}

}  // namespace spanwire::transport

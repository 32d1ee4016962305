#include "bridge/transport/origin_policy.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "bridge/config/host_port.h"
#include "bridge/model/absl_view.h"

namespace spanwire::transport {
namespace {

namespace ip = boost::asio::ip;
using config::HostPort;
using config::ParseHostPort;

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

bool Same(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(model::ToAbsl(a), model::ToAbsl(b));
}

// RFC 6761, section 6.3: browsers resolve these to loopback themselves.
bool IsLoopbackName(std::string_view host) {
  return Same(host, "localhost") || absl::EndsWithIgnoreCase(model::ToAbsl(host), ".localhost");
}

ip::address Unmapped(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

struct Origin {
  HostPort host;
  uint16_t default_port;
};

std::optional<Origin> ParseOrigin(std::string_view origin) {
  for (const auto& [scheme, port] :
       {std::pair<std::string_view, uint16_t>{"http://", kHttpPort}, {"https://", kHttpsPort}}) {
    if (!absl::StartsWithIgnoreCase(model::ToAbsl(origin), model::ToAbsl(scheme))) continue;
    const std::optional<HostPort> host = ParseHostPort(origin.substr(scheme.size()));
    if (!host) return std::nullopt;
    return Origin{.host = *host, .default_port = port};
  }
  return std::nullopt;
}

std::string HostOf(std::string_view listen) {
  const std::optional<HostPort> parsed = ParseHostPort(listen);
  return parsed ? std::string(parsed->host) : std::string();
}

// `listed` is a host, which stands for all its ports, or a host and port. Whether a request without a port came by http
// or https, a proxy may know.
bool Matches(const HostPort& host, std::string_view listed) {
  const std::optional<HostPort> parsed = ParseHostPort(listed);
  if (!parsed || !Same(parsed->host, host.host)) return false;
  const bool default_port = parsed->port == kHttpPort || parsed->port == kHttpsPort;
  return !parsed->port || parsed->port == host.port || (default_port && !host.port);
}

}  // namespace

OriginPolicy::OriginPolicy(const config::Config& config)
    : allowed_origins_(config.allowed_origins),
      allowed_hosts_(config.allowed_hosts),
      listen_host_(HostOf(config.http_listen)),
      tls_ends_here_(config.tls.enabled() && config.tls.http) {}

bool OriginPolicy::HostAllowed(std::string_view host, const ip::address& local) const {
  const std::optional<HostPort> parsed = ParseHostPort(host);
  if (!parsed) return false;
  if (IsLoopbackName(parsed->host) || Same(parsed->host, listen_host_)) return true;
  boost::system::error_code no_address;
  const ip::address address = Unmapped(ip::make_address(std::string(parsed->host), no_address));
  // An address cannot be rebound: a page that names it was loaded from it.
  if (!no_address && (address.is_loopback() || address == Unmapped(local))) return true;
  return std::any_of(allowed_hosts_.begin(), allowed_hosts_.end(),
                     [&](const std::string& listed) { return Matches(*parsed, listed); });
}

bool OriginPolicy::OriginAllowed(std::string_view origin, std::string_view host) const {
  if (OriginListed(origin)) return true;
  const std::optional<Origin> page = ParseOrigin(origin);  // "null" is none
  const std::optional<HostPort> own = ParseHostPort(host);
  if (!page || !own || !Same(page->host.host, own->host)) return false;
  // Where TLS ends here, a page that came without it may be anybody's who can reach the network. Where it does not, it
  // may end before the bridge.
  if (tls_ends_here_ && page->default_port != kHttpsPort) return false;
  return page->host.port.value_or(page->default_port) == own->port.value_or(page->default_port);
}

bool OriginPolicy::OriginListed(std::string_view origin) const {
  return ParseOrigin(origin).has_value() &&
         std::any_of(allowed_origins_.begin(), allowed_origins_.end(),
                     [&](const std::string& listed) { return Same(listed, origin); });
}

}  // namespace spanwire::transport

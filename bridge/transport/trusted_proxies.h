#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "bridge/config/config.h"
#include "bridge/config/network.h"
#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// Which proxies are believed when they say for whom they ask, and whom they name. Immutable: any thread.
class TrustedProxies {
 public:
  // Its `trusted_proxies` and `forwarded_header` have been checked.
  explicit TrustedProxies(const config::Config& config);

  bool Trusts(const boost::asio::ip::address& address) const;

  // Who asks by a proxy that is trusted: of the hops it names the last that is not a trusted proxy too; port 0 where it
  // names none. Where that one is not told (`unknown`, `_hidden`), the proxy that named it. Nothing where the header is
  // malformed: what that one is called is no address either.
  std::optional<boost::asio::ip::tcp::endpoint> ClientOf(const HttpRequest& request,
                                                         const boost::asio::ip::tcp::endpoint& proxy) const;

 private:
  std::vector<config::Network> networks_;
  const bool standard_header_;  // Forwarded rather than X-Forwarded-For
};

}  // namespace spanwire::transport

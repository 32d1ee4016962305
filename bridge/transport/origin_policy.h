#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "bridge/config/config.h"

namespace spanwire::transport {

// Which pages may talk to the bridge, and by which names it answers. Immutable: any thread.
//
// Browsers name the page that asks (Origin) and the bridge as the page knows it (Host). A page of another site may not
// read from the bridge unless its origin is listed. And without authentication a site must not be able to have its own
// name resolve to this machine, and then be "the same origin" (DNS rebinding): so the Host must be a name that only
// this machine's own users can have meant.
class OriginPolicy {
 public:
  explicit OriginPolicy(const config::Config& config);

  // Whether `host`, of a request that came in on `local`, names this bridge: a loopback name or address, the address
  // that the connection was made to, the name listened on, or a listed one.
  bool HostAllowed(std::string_view host, const boost::asio::ip::address& local) const;

  // Whether a page of `origin` may use the bridge that it knows as `host`: the same host and port, or listed.
  bool OriginAllowed(std::string_view origin, std::string_view host) const;
  // Whether it is listed: then it must be told so (CORS).
  bool OriginListed(std::string_view origin) const;
  bool lists_origins() const { return !allowed_origins_.empty(); }

 private:
  const std::vector<std::string> allowed_origins_;
  const std::vector<std::string> allowed_hosts_;
  const std::string listen_host_;
  const bool tls_ends_here_;
};

}  // namespace spanwire::transport

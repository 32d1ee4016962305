#pragma once

#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace spanwire::transport {

// `127.0.0.1:8080`, `[::1]:8080`. An IPv4 peer of an IPv6 socket is shown as IPv4.
std::string EndpointText(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace spanwire::transport

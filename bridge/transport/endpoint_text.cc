#include "bridge/transport/endpoint_text.h"

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

namespace spanwire::transport {

std::string EndpointText(const boost::asio::ip::tcp::endpoint& endpoint) {
  namespace ip = boost::asio::ip;
  const ip::address address = endpoint.address();
  if (address.is_v4()) return fmt::format("{}:{}", address.to_string(), endpoint.port());
  if (address.to_v6().is_v4_mapped()) {
    return fmt::format("{}:{}", ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string(), endpoint.port());
  }
  return fmt::format("[{}]:{}", address.to_string(), endpoint.port());
}

}  // namespace spanwire::transport

#pragma once

#include "bridge/transport/address_count.h"
#include "bridge/transport/socket.h"

namespace spanwire::transport {

// A client's socket on its way from one Connection to the next, with its place among those of its address.
struct AcceptedSocket {
  Socket socket;
  AddressCount::Place place;
};

}  // namespace spanwire::transport

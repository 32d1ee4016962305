#pragma once

#include "bridge/transport/address_count.h"
#include "bridge/transport/client_stream.h"

namespace spanwire::transport {

// A client's stream on its way from one Connection to the next, with its place among those of its address.
struct AcceptedSocket {
  ClientStream stream;
  AddressCount::Place place;
};

}  // namespace spanwire::transport

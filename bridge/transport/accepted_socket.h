#pragma once

#include "bridge/transport/address_count.h"
#include "bridge/transport/client_stream.h"
#include "bridge/transport/connection_count.h"

namespace spanwire::transport {

// A client's stream on its way from one Connection to the next, with its place among those of its address and the door
// that it came in by.
struct AcceptedSocket {
  ClientStream stream;
  AddressCount::Place place;
  Door door = Door::kClients;
};

}  // namespace spanwire::transport

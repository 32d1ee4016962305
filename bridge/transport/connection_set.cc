#include "bridge/transport/connection_set.h"

namespace spanwire::transport {

Connection::Connection(ConnectionSet& set, AddressCount::Place place, Door door)
    : set_(set), place_(std::move(place)), door_(door) {
  set_.connections_.push_back(*this);
  ++set_.size_;
  set_.count_.Add(door);
}

Connection::~Connection() {
  if (served_) StopServing();
  unlink();
  --set_.size_;
  --set_.unserved_;
  // The last thing: whoever waits for it may destroy the set.
  set_.count_.Remove();
}

void Connection::StopServing() {
  served_ = false;
  ++set_.unserved_;
  set_.count_.StopServing(door_);
}

void ConnectionSet::AbortAll() {
  for (Connection& connection : connections_) connection.Abort();
}

void ConnectionSet::CloseIdle() {
  for (Connection& connection : connections_) connection.CloseWhenIdle();
}

}  // namespace spanwire::transport

#include "bridge/transport/connection_set.h"

namespace spanwire::transport {

Connection::Connection(ConnectionSet& set) : set_(set) {
  set_.connections_.push_back(*this);
  ++set_.size_;
  set_.total_.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() {
  --set_.size_;
  set_.total_.fetch_sub(1, std::memory_order_relaxed);
}

void ConnectionSet::AbortAll() {
  for (Connection& connection : connections_) connection.Abort();
}

void ConnectionSet::CloseIdle() {
  for (Connection& connection : connections_) connection.CloseWhenIdle();
}

}  // namespace spanwire::transport

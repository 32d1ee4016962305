#pragma once

#include <cstddef>
#include <utility>

#include <boost/intrusive/list.hpp>

#include "bridge/transport/address_count.h"
#include "bridge/transport/connection_count.h"

namespace spanwire::transport {

class ConnectionSet;

// An open connection of any kind, a WebSocket as well as plain HTTP. Counts as one of the bridge's connections as long
// as it lives. Shard thread only.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Connection(ConnectionSet& set, AddressCount::Place place, Door door);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Ends the connection at once, without a word to the peer. It must not destroy itself from within: that comes from
  // the shard's loop, soon. Idempotent.
  virtual void Abort() = 0;
  // The bridge goes away: closes now where nothing goes on, else after what goes on. WebSockets are told by
  // session::Registry instead, since they have a close code to send.
  virtual void CloseWhenIdle() {}

 protected:
  // For the connection that goes on with the socket.
  AddressCount::Place TakePlace() { return std::move(place_); }
  // Counts the connection to another address than before.
  void GivePlace(AddressCount::Place place) { place_ = std::move(place); }
  Door door() const { return door_; }
  bool served() const { return served_; }
  // It is not served any more, only told to go away: makes room for another. Once.
  void StopServing();

 private:
  ConnectionSet& set_;
  AddressCount::Place place_;
  const Door door_;
  bool served_ = true;
};

// The open connections of one shard. Shard thread only. Must outlive its connections.
class ConnectionSet {
 public:
  explicit ConnectionSet(ConnectionCount& count) : count_(count) {}
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  size_t size() const { return size_; }
  // Of those, the ones that are only being told to go away.
  size_t unserved() const { return unserved_; }
  // Served connections of the whole bridge that came in there.
  size_t total_served(Door door) const { return count_.served(door); }

  void AbortAll();
  void CloseIdle();

 private:
  friend class Connection;

  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  size_t size_ = 0;
  size_t unserved_ = 0;
  ConnectionCount& count_;
};

}  // namespace spanwire::transport

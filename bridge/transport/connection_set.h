#pragma once

#include <atomic>
#include <cstddef>

#include <boost/intrusive/list.hpp>

namespace spanwire::transport {

class ConnectionSet;

// An open connection of any kind, a WebSocket as well as plain HTTP. Counts as one of the bridge's connections as long
// as it lives. Shard thread only.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit Connection(ConnectionSet& set);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Ends the connection at once, without a word to the peer. It must not destroy itself from within: that comes from
  // the shard's loop, soon. Idempotent.
  virtual void Abort() = 0;
  // The bridge goes away: closes now where nothing goes on, else after what goes on. WebSockets are told by
  // session::Registry instead, since they have a close code to send.
  virtual void CloseWhenIdle() {}

 private:
  ConnectionSet& set_;
};

// The open connections of one shard. Shard thread only. Must outlive its connections.
class ConnectionSet {
 public:
  // `total` counts over all shards.
  explicit ConnectionSet(std::atomic<size_t>& total) : total_(total) {}
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  size_t size() const { return size_; }
  // Connections of the whole bridge.
  size_t total() const { return total_.load(std::memory_order_relaxed); }

  void AbortAll();
  void CloseIdle();

 private:
  friend class Connection;

  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  size_t size_ = 0;
  std::atomic<size_t>& total_;
};

}  // namespace spanwire::transport

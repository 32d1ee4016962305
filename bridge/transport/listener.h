#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/status/statusor.h"
#include "bridge/fanout/fanout.h"
#include "bridge/model/clock.h"
#include "bridge/observe/counters.h"
#include "bridge/observe/log_limiter.h"
#include "bridge/transport/socket.h"

namespace spanwire::transport {

// Accepts connections on one address and deals them out to the shards in turn.
class Listener {
 public:
  // Runs on the thread of the shard that the socket is for; the socket's executor is that shard's.
  using OnSocket = std::function<void(size_t shard, Socket socket)>;

  // Binds to `address`, host:port; port 0 picks a free one. The kernel queues what connects until Start. Fails with a
  // sentence that names the address: INVALID_ARGUMENT where it is none, else FAILED_PRECONDITION. `errors` counts the
  // connections that could not be accepted when they came.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(std::string_view address, fanout::Fanout& fanout,
                                                        const model::Clock& clock, observe::Counter& errors,
                                                        OnSocket on_socket);

  // Any thread, once.
  void Start();
  // Shard 0's thread. No socket comes any more. Idempotent. Before the listener is destroyed, shard 0 must have run
  // what this cancels, or never run again.
  void Stop();

  const boost::asio::ip::tcp::endpoint& local() const { return local_; }

  // Out of file descriptors or memory somebody must go before somebody can come: so long nobody is accepted, twice as
  // long after each failure in a row.
  static constexpr std::chrono::milliseconds kFirstPause{100};
  static constexpr std::chrono::milliseconds kLongestPause{1000};

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  Listener(Acceptor acceptor, fanout::Fanout& fanout, const model::Clock& clock, observe::Counter& errors,
           OnSocket on_socket);

  void Accept();
  void OnAccepted(boost::system::error_code error, size_t shard, Socket socket);
  void TryAgainLater(boost::system::error_code error);

  fanout::Fanout& fanout_;
  const OnSocket on_socket_;
  Acceptor acceptor_;
  const boost::asio::ip::tcp::endpoint local_;
  boost::asio::steady_timer pause_;
  std::chrono::milliseconds next_pause_ = kFirstPause;
  observe::Counter& errors_;
  observe::LogLimiter log_limiter_;
  size_t next_shard_ = 0;
};

}  // namespace spanwire::transport

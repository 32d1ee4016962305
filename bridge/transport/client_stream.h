#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/types/span.h"
#include "bridge/transport/byte_sink.h"
#include "bridge/transport/socket.h"

namespace spanwire::transport {

// What became of a read that does not wait.
struct ReadResult {
  enum class State : uint8_t {
    kData,     // `count` bytes came, at least one
    kBlocked,  // nothing now: come again when the stream is readable
    kEnd,      // the peer sends no more
    kLost,     // the connection failed
  };
  State state;
  size_t count = 0;

  bool data() const { return state == State::kData; }
  bool blocked() const { return state == State::kBlocked; }
};

// A client's connection as a stream of bytes, the same for whoever reads and writes, whatever carries it. Owns the
// socket. A ByteSink. Nothing in it waits, but for the handlers that wait for the socket, of which there is at most one
// of each kind; they must hold whatever owns the stream, and may still run, with an error or without, after Close.
// Shard thread only.
class ClientStream {
 public:
  // `socket` is its shard's.
  explicit ClientStream(Socket socket) : socket_(std::move(socket)) {}

  // Fewer bytes than there is room for: there were no more.
  ReadResult Read(absl::Span<char> room);
  WriteResult Write(absl::Span<const iovec> pieces) { return SocketSink(socket_.native_handle()).Write(pieces); }

  // Runs `handler(error_code)` when there is something to read, an end or a failure as well. Never inline.
  template <typename Handler>
  void WaitReadable(Handler handler) {
    socket_.async_wait(Socket::wait_read, std::move(handler));
  }
  // Runs `handler(error_code)` when there is room to write, or a failure. Never inline.
  template <typename Handler>
  void WaitWritable(Handler handler) {
    socket_.async_wait(Socket::wait_write, std::move(handler));
  }

  // Tells the peer that nothing more comes. Only when everything was written.
  void ShutdownSend();
  // Ends the connection. Idempotent.
  void Close();

  // Bytes of what was written that the peer's side has not acknowledged.
  size_t Unacknowledged();

  // The two ends; without an address where the connection is gone.
  boost::asio::ip::tcp::endpoint remote() const;
  boost::asio::ip::tcp::endpoint local() const;
  Socket::executor_type executor() { return socket_.get_executor(); }

 private:
  Socket socket_;
};

}  // namespace spanwire::transport

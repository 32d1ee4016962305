#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <boost/asio/append.hpp>
#include <boost/asio/post.hpp>

#include "absl/types/span.h"
#include "bridge/transport/byte_sink.h"
#include "bridge/transport/read_result.h"
#include "bridge/transport/socket.h"
#include "bridge/transport/tls_channel.h"

namespace spanwire::transport {

// A client's connection as a stream of bytes, the same for whoever reads and writes, whether it speaks TLS or not. Owns
// the socket. A ByteSink. Nothing in it waits, but for the handlers that wait for the socket, of which there is at most
// one of each kind; they must hold whatever owns the stream, and may still run, with an error or without, after Close.
// Shard thread only.
class ClientStream {
 public:
  // `socket` is its shard's.
  explicit ClientStream(Socket socket) : socket_(std::move(socket)) {}
  // Speaks TLS. The handshake is made by Read, which tells of no bytes until it is done; write only then.
  ClientStream(Socket socket, tls::SslPtr session, RecordBuffer& records)
      : socket_(std::move(socket)),
        tls_(std::make_unique<TlsChannel>(std::move(session), socket_.native_handle(), records)) {}

  // Fewer bytes than there is room for: there were no more.
  ReadResult Read(absl::Span<char> room);
  WriteResult Write(absl::Span<const iovec> pieces) {
    return tls_ == nullptr ? SocketSink(socket_.native_handle()).Write(pieces) : tls_->Write(pieces);
  }

  // Runs `handler(error_code)` when there is something to read, an end or a failure as well. Never inline.
  template <typename Handler>
  void WaitReadable(Handler handler) {
    if (tls_ == nullptr) {
      socket_.async_wait(Socket::wait_read, std::move(handler));
    } else if (tls_->more()) {
      boost::asio::post(socket_.get_executor(), boost::asio::append(std::move(handler), boost::system::error_code()));
    } else {
      // A peer that waits for the rest of our part of the handshake sends nothing.
      const bool owes = !tls_->agreed() && tls_->held() > 0;
      socket_.async_wait(owes ? Socket::wait_write : Socket::wait_read, std::move(handler));
    }
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

  // Nothing stands between the socket and what is read and written, or its handshake is done.
  bool agreed() const { return tls_ == nullptr || tls_->agreed(); }
  // Bytes that Write took and that are still this side's, because the socket has no room for them.
  size_t held() const { return tls_ == nullptr ? 0 : tls_->held(); }

  // How far what was written has come, of `written` bytes.
  struct Progress {
    uint64_t acknowledged;  // by the peer's side; off by a constant
    bool all;               // nothing is left on the way
  };
  Progress ProgressOf(uint64_t written);

  // The two ends; without an address where the connection is gone.
  boost::asio::ip::tcp::endpoint remote() const;
  boost::asio::ip::tcp::endpoint local() const;
  Socket::executor_type executor() { return socket_.get_executor(); }

 private:
  Socket socket_;
  std::unique_ptr<TlsChannel> tls_;
};

}  // namespace spanwire::transport

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "bridge/tls/server_context.h"
#include "bridge/transport/byte_sink.h"
#include "bridge/transport/read_result.h"

namespace spanwire::transport {

// Plaintext of the most that one TLS record holds, where small pieces are put together before they are encrypted. One
// for each shard; keeps nothing between two writes.
class RecordBuffer {
 public:
  static constexpr size_t kBytes = 16 * 1024;

  char* data() { return bytes_.data(); }

 private:
  std::vector<char> bytes_ = std::vector<char>(kBytes);
};

// The server's end of TLS over a socket that it borrows, as a stream of plaintext. Nothing in it waits. The handshake
// happens within Read. One thread.
//
// OpenSSL writes to the socket by way of this class, which always takes the whole record: what the socket does not take
// is held here, as ciphertext, and Write takes nothing more until that is gone. So no write has to be repeated with the
// same bytes, and a queue may drop whatever it was not told to be written.
class TlsChannel {
 public:
  TlsChannel(tls::SslPtr session, int fd, RecordBuffer& records);
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  // Fewer bytes than there is room for: there were no more, but see more().
  ReadResult Read(absl::Span<char> room);
  // OpenSSL has bytes that came: the socket does not tell of them, so read again before waiting for it.
  bool more() const { return more_; }

  // Puts pieces into as few records as they fit. A ByteSink.
  WriteResult Write(absl::Span<const iovec> pieces);
  // Ciphertext that waits for the socket to be writable.
  size_t held() const { return held_.size(); }
  // Ciphertext that the socket took.
  uint64_t bytes_sent() const { return bytes_sent_; }

  // The handshake is done.
  bool agreed() const { return agreed_; }
  // Tells the peer that nothing more comes (close_notify), where the socket has room for it.
  void EndWriting();

 private:
  enum class State : uint8_t { kOpen, kEnded, kLost };
  struct SocketBio;  // how OpenSSL reaches the socket

  ReadResult Failed(int result);
  // These return 0, EAGAIN where the socket took not all of it, or the errno of a connection that is lost.
  int SendHeld();
  int Encrypt(std::string_view plaintext);
  // Sends ciphertext, or holds it; false where the connection is lost.
  bool Give(std::string_view ciphertext);
  void Lose(int error);

  const int fd_;
  RecordBuffer& records_;
  std::string held_;
  uint64_t bytes_sent_ = 0;
  int error_ = 0;  // errno, of kLost
  State state_ = State::kOpen;
  bool agreed_ = false;
  bool more_ = false;
  bool socket_ended_ = false;
  tls::SslPtr session_;
};

}  // namespace spanwire::transport

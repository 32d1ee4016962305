#pragma once

#include <sys/uio.h>

#include <cerrno>
#include <concepts>
#include <cstddef>
#include <string_view>

#include "absl/types/span.h"

namespace spanwire::transport {

// What became of a write that does not wait.
struct WriteResult {
  size_t written = 0;  // bytes that the sink took: they cannot be taken back
  // 0: everything is sent. EAGAIN: it took `written` bytes and must be written to again when the socket is writable,
  // even where that was all: TLS may hold a record that was sent in part. Else an errno: the connection is lost (EPIPE
  // and ECONNRESET: the peer went away).
  int error = 0;

  bool complete() const { return error == 0; }
  bool blocked() const { return error == EAGAIN; }
};

// Takes bytes without waiting: a socket, or TLS over one. A template parameter rather than a base class, so that a send
// to a plain socket costs no virtual call. A sink takes bytes in order and may take a part of them.
template <typename T>
concept ByteSink = requires(T& sink, absl::Span<const iovec> pieces) {
  { sink.Write(pieces) } -> std::same_as<WriteResult>;
};

// The most pieces that one Write is given.
inline constexpr size_t kMaxPieces = 64;

// A plain stream socket, borrowed. Raises no SIGPIPE, whatever mode the socket is in. A short write counts as EAGAIN:
// to try again at once would only cost a call.
class SocketSink {
 public:
  explicit SocketSink(int fd) : fd_(fd) {}
  WriteResult Write(absl::Span<const iovec> pieces) const;

 private:
  int fd_;
};

// Tries to send `bytes` without a queue, as every connection does that keeps up.
template <ByteSink Sink>
WriteResult SendNow(Sink&& sink, std::string_view bytes) {
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};  // iovec has no const form; sending only reads
  return sink.Write({&piece, 1});
}
inline WriteResult SendNow(int fd, std::string_view bytes) {
  return SendNow(SocketSink(fd), bytes);
}

}  // namespace spanwire::transport

#include "bridge/transport/byte_sink.h"

#include <sys/socket.h>

#include <cerrno>

namespace spanwire::transport {
namespace {

size_t BytesOf(absl::Span<const iovec> pieces) {
  size_t bytes = 0;
  for (const iovec& piece : pieces) bytes += piece.iov_len;
  return bytes;
}

}  // namespace

WriteResult SocketSink::Write(absl::Span<const iovec> pieces) const {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg only reads it
  message.msg_iovlen = pieces.size();
  ssize_t sent;
  do {
    sent = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return {.written = 0, .error = errno};
  const auto written = static_cast<size_t>(sent);
  return {.written = written, .error = written < BytesOf(pieces) ? EAGAIN : 0};
}

}  // namespace spanwire::transport

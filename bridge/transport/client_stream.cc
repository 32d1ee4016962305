#include "bridge/transport/client_stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace spanwire::transport {

ReadResult ClientStream::Read(absl::Span<char> room) {
  ssize_t count;
  do {
    count = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count > 0) return {.state = ReadResult::State::kData, .count = static_cast<size_t>(count)};
  if (count == 0) return {.state = ReadResult::State::kEnd};
  const bool blocked = errno == EAGAIN || errno == EWOULDBLOCK;
  return {.state = blocked ? ReadResult::State::kBlocked : ReadResult::State::kLost};
}

void ClientStream::ShutdownSend() {
  boost::system::error_code ignored;  // then the next read tells
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void ClientStream::Close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

size_t ClientStream::Unacknowledged() {
  int bytes = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) != 0) return 0;  // a dead socket says so when it is written to
  return static_cast<size_t>(bytes);
}

boost::asio::ip::tcp::endpoint ClientStream::remote() const {
  boost::system::error_code gone;
  return socket_.remote_endpoint(gone);
}

boost::asio::ip::tcp::endpoint ClientStream::local() const {
  boost::system::error_code gone;
  return socket_.local_endpoint(gone);
}

}  // namespace spanwire::transport

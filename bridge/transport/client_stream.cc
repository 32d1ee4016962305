#include "bridge/transport/client_stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace spanwire::transport {

ReadResult ClientStream::Read(absl::Span<char> room) {
  if (tls_ != nullptr) {
    const ReadResult result = tls_->Read(room);
    if (result.state == ReadResult::State::kPlainHttp) tls_.reset();
    return result;
  }
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
  if (tls_ != nullptr) tls_->EndWriting();
  boost::system::error_code ignored;  // then the next read tells
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void ClientStream::Close() {
  if (tls_ != nullptr) tls_->EndWriting();
  tls_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

ClientStream::Progress ClientStream::ProgressOf(uint64_t written) {
  int unacknowledged = 0;
  // A dead socket says so when it is written to.
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &unacknowledged) != 0) unacknowledged = 0;
  // The kernel counts ciphertext, which is more than was written.
  const uint64_t sent = tls_ == nullptr ? written : tls_->bytes_sent();
  return {.acknowledged = sent - static_cast<uint64_t>(unacknowledged), .all = unacknowledged == 0 && held() == 0};
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

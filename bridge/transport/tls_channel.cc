#include "bridge/transport/tls_channel.h"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>

namespace spanwire::transport {
namespace {

// What a peer can make OpenSSL say without taking any of it is small; this much is an attack.
constexpr size_t kMostHeld = 64 * 1024;

// SSL_get_error() reads the queue too, and most often there is nothing to clear.
void ClearErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

bool IsPlainHttp(unsigned long error) {
  const int reason = ERR_GET_REASON(error);
  return ERR_GET_LIB(error) == ERR_LIB_SSL && (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST);
}

}  // namespace

// A BIO whose data is the channel.
struct TlsChannel::SocketBio {
  static TlsChannel& ChannelOf(BIO* bio) { return *static_cast<TlsChannel*>(BIO_get_data(bio)); }

  static int Write(BIO* bio, const char* data, size_t size, size_t* written) {
    BIO_clear_retry_flags(bio);
    *written = size;
    return ChannelOf(bio).Give({data, size}) ? 1 : 0;
  }

  static int Read(BIO* bio, char* room, size_t size, size_t* count) {
    BIO_clear_retry_flags(bio);
    TlsChannel& channel = ChannelOf(bio);
    ssize_t result;
    do {
      result = ::recv(channel.fd_, room, size, MSG_DONTWAIT);
    } while (result < 0 && errno == EINTR);
    *count = static_cast<size_t>(std::max<ssize_t>(result, 0));
    if (result > 0) return 1;
    if (result == 0) {
      channel.socket_ended_ = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      BIO_set_retry_read(bio);
    } else {
      channel.Lose(errno);
    }
    return 0;
  }

  static long Control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    return command == BIO_CTRL_EOF && ChannelOf(bio).socket_ended_ ? 1 : 0;
  }

  // Made once and never freed: sessions may end as late as the program does.
  static const BIO_METHOD* Method() {
    static const BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client socket");
      BIO_meth_set_write_ex(made, Write);
      BIO_meth_set_read_ex(made, Read);
      BIO_meth_set_ctrl(made, Control);
      return made;
    }();
    return method;
  }
};

TlsChannel::TlsChannel(tls::SslPtr session, int fd, RecordBuffer& records)
    : fd_(fd), records_(records), session_(std::move(session)) {
  BIO* bio = BIO_new(SocketBio::Method());
  if (bio == nullptr) {
    Lose(ENOMEM);
    return;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(session_.get(), bio, bio);
}

// ---- In

ReadResult TlsChannel::Read(absl::Span<char> room) {
  using ReadState = ReadResult::State;
  SendHeld();  // the handshake may wait for it
  if (state_ == State::kLost) return {.state = ReadState::kLost};
  size_t total = 0;
  do {
    ClearErrors();
    size_t count = 0;
    const int result = SSL_read_ex(session_.get(), room.data() + total, room.size() - total, &count);
    if (!agreed_) agreed_ = SSL_is_init_finished(session_.get()) == 1;
    if (result != 1) {
      more_ = false;
      const ReadResult failed = Failed(result);
      // What came before the end is worth having; the end comes again.
      return total > 0 ? ReadResult{.state = ReadState::kData, .count = total} : failed;
    }
    total += count;
    more_ = SSL_has_pending(session_.get()) == 1;
  } while (more_ && total < room.size());
  return {.state = ReadState::kData, .count = total};
}

ReadResult TlsChannel::Failed(int result) {
  using ReadState = ReadResult::State;
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.state = ReadState::kBlocked};
    case SSL_ERROR_ZERO_RETURN:
      return {.state = ReadState::kEnd};
    default:
      break;
  }
  const bool plain = IsPlainHttp(ERR_peek_error());
  ClearErrors();
  Lose(EPROTO);
  return {.state = plain ? ReadState::kPlainHttp : ReadState::kLost};
}

// ---- Out

WriteResult TlsChannel::Write(absl::Span<const iovec> pieces) {
  WriteResult result{.error = SendHeld()};
  if (!result.complete()) return result;
  size_t gathered = 0;
  const auto encrypt = [&](std::string_view plaintext) {
    result.error = Encrypt(plaintext);
    if (result.complete() || result.blocked()) result.written += plaintext.size();
    return result.complete();
  };
  for (const iovec& piece : pieces) {
    std::string_view rest(static_cast<const char*>(piece.iov_base), piece.iov_len);
    while (!rest.empty()) {
      const bool alone = gathered == 0 && (rest.size() >= RecordBuffer::kBytes || &piece == &pieces.back());
      const std::string_view part = rest.substr(0, RecordBuffer::kBytes - gathered);
      rest.remove_prefix(part.size());
      if (alone) {
        if (!encrypt(part)) return result;
        continue;
      }
      std::memcpy(records_.data() + gathered, part.data(), part.size());
      gathered += part.size();
      if (gathered == RecordBuffer::kBytes && !encrypt({records_.data(), std::exchange(gathered, 0)})) return result;
    }
  }
  if (gathered > 0) encrypt({records_.data(), gathered});
  return result;
}

int TlsChannel::Encrypt(std::string_view plaintext) {
  if (state_ == State::kLost) return error_;
  if (state_ == State::kEnded || !agreed_) return EPIPE;
  ClearErrors();
  size_t written = 0;
  if (SSL_write_ex(session_.get(), plaintext.data(), plaintext.size(), &written) == 1) {
    assert(written == plaintext.size());
    return held_.empty() ? 0 : EAGAIN;
  }
  ClearErrors();
  Lose(EPROTO);
  return error_;
}

int TlsChannel::SendHeld() {
  if (state_ == State::kLost) return error_;
  if (held_.empty()) return 0;
  const WriteResult result = SendNow(fd_, std::string_view(held_));
  bytes_sent_ += result.written;
  if (result.complete()) {
    std::string().swap(held_);  // an idle connection owns no buffer
  } else if (result.blocked()) {
    held_.erase(0, result.written);
  } else {
    Lose(result.error);
  }
  return result.error;
}

bool TlsChannel::Give(std::string_view ciphertext) {
  if (held_.empty()) {
    const WriteResult result = SendNow(fd_, ciphertext);
    bytes_sent_ += result.written;
    if (result.complete()) return true;
    if (!result.blocked()) Lose(result.error);
    ciphertext.remove_prefix(result.written);
  }
  if (held_.size() + ciphertext.size() > kMostHeld) Lose(ENOBUFS);
  if (state_ == State::kLost) return false;
  held_.append(ciphertext);
  return true;
}

void TlsChannel::Lose(int error) {
  if (state_ != State::kLost) error_ = error;
  state_ = State::kLost;
}

void TlsChannel::EndWriting() {
  if (state_ != State::kOpen || !agreed_ || !held_.empty()) return;
  ClearErrors();
  SSL_shutdown(session_.get());
  ClearErrors();
  if (state_ == State::kOpen) state_ = State::kEnded;
}

}  // namespace spanwire::transport

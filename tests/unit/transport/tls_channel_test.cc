#include "bridge/transport/tls_channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "bridge/transport/outbound_queue.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/transport/tls_client.h"

namespace spanwire::transport {
namespace {

using ReadState = ReadResult::State;

// A channel and its client over a pair of sockets that do not wait and hold little.
class TlsChannelTest : public ::testing::Test {
 protected:
  TlsChannelTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
    const int small = 32 * 1024;
    ::setsockopt(fds_[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    const tls::TestFolder folder;
    auto context = tls::ServerContext::Load(folder.WriteServerFiles(tls::TestAuthority().Certify("localhost")), {});
    channel_ = std::make_unique<TlsChannel>((*context)->NewSession(), fds_[0], records_);
    client_context_.reset(SSL_CTX_new(TLS_client_method()));
    client_.reset(SSL_new(client_context_.get()));
    SSL_set_fd(client_.get(), fds_[1]);
    SSL_set_connect_state(client_.get());
  }
  ~TlsChannelTest() override {
    ::close(fds_[0]);
    ::close(fds_[1]);
    ERR_clear_error();
  }

  // Both in turn, until neither has to say more.
  void Handshake() {
    while (SSL_do_handshake(client_.get()) != 1)
      ASSERT_EQ(channel_->Read(absl::MakeSpan(room_)).state, ReadState::kBlocked);
    ASSERT_EQ(channel_->Read(absl::MakeSpan(room_)).state, ReadState::kBlocked);
    ASSERT_TRUE(channel_->agreed());
  }
  // What has arrived at the client.
  std::string Receive() {
    std::string all;
    char room[32 * 1024];
    int count;
    while ((count = SSL_read(client_.get(), room, sizeof(room))) > 0) {
      ++records_received_;
      all.append(room, static_cast<size_t>(count));
    }
    EXPECT_EQ(SSL_get_error(client_.get(), count), SSL_ERROR_WANT_READ);
    return all;
  }
  static iovec PieceOf(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

  int fds_[2];
  RecordBuffer records_;
  std::unique_ptr<TlsChannel> channel_;
  std::unique_ptr<SSL_CTX, openssl::Deleter<SSL_CTX_free>> client_context_;
  tls::SslPtr client_;
  std::vector<char> room_ = std::vector<char>(64 * 1024);
  int records_received_ = 0;
};

TEST_F(TlsChannelTest, ManySmallPiecesAreOneRecord) {
  Handshake();
  const std::string text(100, 'a');
  const std::vector<iovec> pieces(64, PieceOf(text));
  const WriteResult result = channel_->Write(pieces);
  EXPECT_TRUE(result.complete());
  EXPECT_EQ(result.written, 6400u);
  EXPECT_EQ(Receive(), std::string(6400, 'a'));
  EXPECT_EQ(records_received_, 1);
}

TEST_F(TlsChannelTest, PiecesOfAllSizesArriveInOrder) {
  Handshake();
  std::string expected;
  std::vector<std::string> texts;
  for (const size_t size : {1u, 16383u, 2u, 16384u, 16385u, 0u, 3u, 40000u, 16381u, 5u}) {
    texts.emplace_back(size, static_cast<char>('a' + texts.size()));
    expected += texts.back();
  }
  std::vector<Slice> slices;
  for (std::string& text : texts) slices.push_back(Slice::Of(text));
  OutboundQueue queue;
  for (const Slice& slice : slices) queue.Append(slice);
  std::string received;
  for (int turn = 0; turn < 1000; ++turn) {
    const OutboundQueue::FlushResult result = queue.Flush(*channel_);
    received += Receive();
    if (result.state == OutboundQueue::FlushState::kEmpty) break;
    ASSERT_EQ(result.state, OutboundQueue::FlushState::kBlocked);
  }
  EXPECT_TRUE(received == expected);
  EXPECT_EQ(channel_->held(), 0u);
}

TEST_F(TlsChannelTest, WhatTheSocketDoesNotTakeIsHeldAndNothingElseIsTaken) {
  Handshake();
  const std::string text(1'000'000, 'x');
  const iovec piece = PieceOf(text);
  const WriteResult first = channel_->Write({&piece, 1});
  EXPECT_TRUE(first.blocked());
  EXPECT_LT(first.written, text.size());
  EXPECT_EQ(first.written % RecordBuffer::kBytes, 0u) << "records are taken whole";
  EXPECT_GT(channel_->held(), 0u);
  EXPECT_LE(channel_->held(), RecordBuffer::kBytes + 256);
  const WriteResult again = channel_->Write({&piece, 1});
  EXPECT_TRUE(again.blocked());
  EXPECT_EQ(again.written, 0u);
  // Nobody is bound to say the rest of `text`: another text may follow.
  std::string received = Receive();
  const std::string other = "other";
  const iovec other_piece = PieceOf(other);
  EXPECT_TRUE(channel_->Write({&other_piece, 1}).complete());
  received += Receive();
  EXPECT_TRUE(received == text.substr(0, first.written) + other);
}

TEST_F(TlsChannelTest, SaysWhenMoreIsThereThanTheSocketTells) {
  Handshake();
  for (int i = 0; i < 3; ++i) ASSERT_EQ(SSL_write(client_.get(), std::string(16'000, 'y').data(), 16'000), 16'000);
  std::string received;
  const ReadResult first = channel_->Read(absl::MakeSpan(room_).first(10));
  ASSERT_TRUE(first.data());
  EXPECT_TRUE(channel_->more());
  received.append(room_.data(), first.count);
  for (ReadResult result = channel_->Read(absl::MakeSpan(room_)); result.data();
       result = channel_->Read(absl::MakeSpan(room_))) {
    received.append(room_.data(), result.count);
  }
  EXPECT_EQ(received, std::string(48'000, 'y'));
  EXPECT_FALSE(channel_->more());
}

TEST_F(TlsChannelTest, HalfARecordIsNoReasonToReadAgain) {
  Handshake();
  ASSERT_EQ(SSL_write(client_.get(), "first", 5), 5);
  ASSERT_EQ(SSL_write(client_.get(), "second", 6), 6);
  char ciphertext[256];
  // Takes both records from the socket and puts all but the last byte back.
  const ssize_t size = ::recv(fds_[0], ciphertext, sizeof(ciphertext), 0);
  ASSERT_GT(size, 0);
  ASSERT_EQ(::send(fds_[1], ciphertext, static_cast<size_t>(size) - 1, 0), size - 1);
  const ReadResult first = channel_->Read(absl::MakeSpan(room_));
  ASSERT_TRUE(first.data());
  EXPECT_EQ(first.count, 5u);
  EXPECT_FALSE(channel_->more());
  EXPECT_TRUE(channel_->Read(absl::MakeSpan(room_)).blocked());
  ASSERT_EQ(::send(fds_[1], ciphertext + size - 1, 1, 0), 1);
  EXPECT_EQ(channel_->Read(absl::MakeSpan(room_)).count, 6u);
}

TEST_F(TlsChannelTest, WhatAnotherLeftOnTheErrorQueueIsNotItsOwn) {
  Handshake();
  ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
  EXPECT_TRUE(channel_->Read(absl::MakeSpan(room_)).blocked());
  ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
  EXPECT_TRUE(SendNow(*channel_, "text").complete());
  EXPECT_EQ(Receive(), "text");
}

TEST_F(TlsChannelTest, ATamperedRecordLosesTheConnectionAndLeavesNoErrorBehind) {
  Handshake();
  ASSERT_EQ(SSL_write(client_.get(), "text", 4), 4);
  char ciphertext[256];
  const ssize_t size = ::recv(fds_[0], ciphertext, sizeof(ciphertext), 0);
  ASSERT_GT(size, 6);
  ciphertext[size - 1] = static_cast<char>(ciphertext[size - 1] ^ 1);
  ASSERT_EQ(::send(fds_[1], ciphertext, static_cast<size_t>(size), 0), size);
  EXPECT_EQ(channel_->Read(absl::MakeSpan(room_)).state, ReadState::kLost);
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_EQ(channel_->Read(absl::MakeSpan(room_)).state, ReadState::kLost);
  EXPECT_EQ(SendNow(*channel_, "text").error, EPROTO);
}

TEST_F(TlsChannelTest, APeerThatWentAwayIsAnErrorAndNoSignal) {
  Handshake();
  ::shutdown(fds_[1], SHUT_RDWR);
  EXPECT_EQ(SendNow(*channel_, "text").error, EPIPE);
  EXPECT_EQ(SendNow(*channel_, "text").error, EPIPE);
}

TEST_F(TlsChannelTest, AnEndWithoutCloseNotifyIsAnEnd) {
  Handshake();
  ::shutdown(fds_[1], SHUT_WR);
  EXPECT_EQ(channel_->Read(absl::MakeSpan(room_)).state, ReadState::kEnd);
}

TEST_F(TlsChannelTest, PlainHttpIsRecognized) {
  const std::string_view request = "GET / HTTP/1.1\r\n\r\n";
  ASSERT_EQ(::send(fds_[1], request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  EXPECT_EQ(channel_->Read(absl::MakeSpan(room_)).state, ReadState::kPlainHttp);
  EXPECT_EQ(ERR_peek_error(), 0u);
  char byte;
  EXPECT_EQ(::recv(fds_[1], &byte, 1, 0), -1) << "no alert in front of the answer";
}

}  // namespace
}  // namespace spanwire::transport

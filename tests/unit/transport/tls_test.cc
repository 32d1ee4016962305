// What the HTTP port does that speaks TLS, beyond all that it does without.
#include <gmock/gmock.h>

#include "tests/unit/transport/client_frame.h"
#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kHttp11 = "\x08http/1.1";
constexpr std::string_view kHttp2 = "\x02h2";
constexpr std::string_view kGet = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

// A socket that is connected, with nothing said on it.
class BareSocket {
 public:
  explicit BareSocket(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval deadline{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~BareSocket() { ::close(fd_); }
  BareSocket(const BareSocket&) = delete;
  BareSocket& operator=(const BareSocket&) = delete;

  int fd() const { return fd_; }
  void Send(std::string_view bytes) const {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size());
  }
  // All until the end.
  std::string ReadAll() const {
    std::string all;
    char room[4096];
    ssize_t count;
    while ((count = ::recv(fd_, room, sizeof(room), 0)) > 0) all.append(room, static_cast<size_t>(count));
    EXPECT_TRUE(count == 0 || errno == ECONNRESET) << "nothing came within the deadline";
    return all;
  }

 private:
  const int fd_;
};

class TlsTest : public HttpServerTest {
 protected:
  void StartOverTls(const tls::ServerContext::Options& options = {}, std::string_view client_ca = "") {
    StartTls(options, client_ca);
    Start();
  }
  uint64_t failed_handshakes() const {
    uint64_t sum = 0;
    for (const observe::ShardMetrics* shard : metrics_.Shards()) sum += shard->tls_handshake_failures.Value();
    return sum;
  }
  static std::string Receive(TlsClient& client, std::string_view until) {
    std::string all;
    char room[16384];
    while (all.find(until) == std::string::npos) {
      const ssize_t count = client.Receive(room, sizeof(room));
      if (count <= 0) break;
      all.append(room, static_cast<size_t>(count));
    }
    return all;
  }
};

TEST_F(TlsTest, AgreesOnHttp11) {
  StartOverTls();
  const BareSocket socket(port());
  TlsClient client(socket.fd(), std::string(kHttp2).append(kHttp11));
  ASSERT_TRUE(client.connected()) << client.error();
  const unsigned char* agreed = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client.session(), &agreed, &size);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(agreed), size), "http/1.1");
  EXPECT_STREQ(SSL_get_version(client.session()), "TLSv1.3");
}

TEST_F(TlsTest, AClientThatNamesNoProtocolIsServed) {
  StartOverTls();
  const BareSocket socket(port());
  TlsClient client(socket.fd());
  client.Send(kGet);
  EXPECT_THAT(Receive(client, "ok\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsTest, AClientThatSpeaksOnlyHttp2IsRefusedByAlert) {
  StartOverTls();
  const BareSocket socket(port());
  const TlsClient client(socket.fd(), kHttp2);
  EXPECT_FALSE(client.connected());
  EXPECT_THAT(client.error(), HasSubstr("no application protocol"));
}

TEST_F(TlsTest, Tls12IsTheFloor) {
  StartOverTls();
  const BareSocket first(port());
  const TlsClient old(first.fd(), "", TLS1_1_VERSION);
  EXPECT_FALSE(old.connected());
  EXPECT_THAT(old.error(), HasSubstr("protocol version"));
  const BareSocket second(port());
  TlsClient floor(second.fd(), "", TLS1_2_VERSION);
  ASSERT_TRUE(floor.connected()) << floor.error();
  floor.Send(kGet);
  EXPECT_THAT(Receive(floor, "ok\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsTest, TheFloorCanBeTls13) {
  StartOverTls({.tls13_only = true});
  const BareSocket socket(port());
  const TlsClient client(socket.fd(), "", TLS1_2_VERSION);
  EXPECT_FALSE(client.connected());
  EXPECT_THAT(client.error(), HasSubstr("protocol version"));
}

TEST_F(TlsTest, APlainRequestIsToldWhereItIs) {
  StartOverTls();
  const BareSocket socket(port());
  socket.Send(kGet);
  const std::string answer = socket.ReadAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(answer, HasSubstr("this port speaks TLS"));
}

TEST_F(TlsTest, WhatIsNeitherEndsAtOnce) {
  config_.limits.handshake_timeout = absl::Minutes(5);
  StartOverTls();
  const BareSocket socket(port());
  socket.Send("\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_THAT(socket.ReadAll(), ::testing::Not(HasSubstr("HTTP")));
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(5)));
  EXPECT_EQ(failed_handshakes(), 1u);
}

TEST_F(TlsTest, AHandshakeThatDoesNotGoOnIsCutWhenItsTimeIsOver) {
  config_.limits.handshake_timeout = absl::Milliseconds(200);
  StartOverTls();
  const BareSocket silent(port());
  const BareSocket halfway(port());
  halfway.Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));  // the head of a ClientHello of 512 bytes
  EXPECT_EQ(silent.ReadAll(), "");
  EXPECT_EQ(halfway.ReadAll(), "");
  EXPECT_TRUE(server_->AwaitNoConnections(absl::Seconds(5)));
  EXPECT_EQ(failed_handshakes(), 2u);
}

TEST_F(TlsTest, EndsWithACloseNotify) {
  StartOverTls();
  const BareSocket socket(port());
  TlsClient client(socket.fd());
  client.Send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(Receive(client, "ok\n"), StartsWith("HTTP/1.1 200"));
  char byte;
  EXPECT_EQ(client.Receive(&byte, 1), 0);
  EXPECT_EQ(SSL_get_shutdown(client.session()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

TEST_F(TlsTest, ARequestInManyRecordsThatComeAtOnceIsReadWhole) {
  StartOverTls();
  const BareSocket socket(port());
  TlsClient client(socket.fd());
  for (const char byte : kGet) client.Send({&byte, 1});
  for (int i = 0; i < 100; ++i) client.Send(kGet);
  std::string answers;
  for (int i = 0; i <= 100; ++i) {
    while (answers.find("ok\n") == std::string::npos) {
      const std::string more = Receive(client, "ok\n");
      ASSERT_NE(more, "");
      answers += more;
    }
    answers.erase(0, answers.find("ok\n") + 3);
  }
  EXPECT_EQ(answers, "");
}

TEST_F(TlsTest, KeysMayBeChangedOnTheWay) {
  StartOverTls();
  const BareSocket socket(port());
  TlsClient client(socket.fd());
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(SSL_key_update(client.session(), SSL_KEY_UPDATE_REQUESTED), 1);
    client.Send(kGet);
    EXPECT_THAT(Receive(client, "ok\n"), StartsWith("HTTP/1.1 200"));
  }
}

TEST_F(TlsTest, ANewCertificateIsShownToWhoeverComesNextAndDropsNobody) {
  StartOverTls();
  const BareSocket first(port());
  TlsClient early(first.fd());
  ASSERT_TRUE(early.connected());
  folder_.WriteServerFiles(authority().Certify("renewed"));
  ASSERT_TRUE(tls_->Reload().ok());
  const BareSocket second(port());
  const TlsClient late(second.fd());
  const auto name_of = [](const TlsClient& client) {
    char name[64] = "";
    X509* certificate = SSL_get0_peer_certificate(client.session());
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
    return std::string(name);
  };
  EXPECT_EQ(name_of(early), "localhost");
  EXPECT_EQ(name_of(late), "renewed");
  early.Send(kGet);
  EXPECT_THAT(Receive(early, "ok\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsTest, WhereClientCertificatesAreRequiredNobodyElseIsServed) {
  StartOverTls({.client_auth = tls::ClientAuth::kRequired}, authority().certificate());
  const BareSocket without(port());
  TlsClient stranger(without.fd());
  stranger.Send(kGet);
  EXPECT_EQ(Receive(stranger, "ok\n"), "");
  EXPECT_THAT(stranger.error(), HasSubstr("certificate required"));
  const BareSocket with(port());
  TlsClient member(with.fd(), authority().Certify("member"));
  member.Send(kGet);
  EXPECT_THAT(Receive(member, "ok\n"), StartsWith("HTTP/1.1 200"));
  const BareSocket other(port());
  TlsClient forger(other.fd(), tls::TestAuthority().Certify("member"));
  forger.Send(kGet);
  EXPECT_EQ(Receive(forger, "ok\n"), "");
}

TEST_F(TlsTest, ASlowReaderGetsEveryByteAndAWholeClose) {
  config_.limits.outbound_queue_bytes = 512 * 1024;
  settings_.limits = config_.limits;
  StartOverTls();
  const BareSocket socket(port());
  const int small = 128 * 1024;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  TlsClient client(socket.fd());
  client.Send(std::string("GET /ws HTTP/1.1\r\nHost: localhost\r\n").append(kHandshake).append("\r\n"));
  ASSERT_THAT(Receive(client, "\"connected\""), StartsWith("HTTP/1.1 101"));
  client.Send(websocket::ClientFrame{.payload = R"({"action":"subscribe","topic":"a"})"}.Encode());
  ASSERT_THAT(Receive(client, "\"subscription\""), HasSubstr("\"subscription\""));
  const std::string data = "{\"v\":\"" + std::string(100'000, 'x') + "\"}";
  for (int i = 0; i < 120; ++i) Publish("a", data);
  // A MAC that does not fit, of a record that was cut or sent twice, would end this before the close frame is there.
  const std::string rest = Receive(client, "\x0f\xa8slow consumer");
  EXPECT_THAT(rest.substr(rest.size() - std::min<size_t>(rest.size(), 400)), HasSubstr("\"disconnect\""));
}

}  // namespace
}  // namespace spanwire::transport

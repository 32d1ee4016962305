#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/transport/tls_client.h"

namespace spanwire::transport {

struct ClientResponse {
  int status = 0;  // 0: the connection ended before an answer was whole
  std::string head;
  std::string body;

  // Empty where there is none.
  std::string Header(std::string_view name) const {
    const std::string start = "\r\n" + std::string(name) + ": ";
    const size_t at = head.find(start);
    if (at == std::string::npos) return "";
    const size_t begin = at + start.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

// A client that sends bytes as they are, over TLS where the tests are run over it, and reads with a deadline. For
// tests.
class RawClient {
 public:
  explicit RawClient(uint16_t port, int receive_buffer = 0, const std::string& host = "127.0.0.1")
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval deadline{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    Connect(port, host);
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void Connect(uint16_t port, const std::string& host = "127.0.0.1") {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    if (connected_ && TestsRunOverTls()) tls_ = std::make_unique<TlsClient>(fd_);
  }
  void Close() {
    tls_.reset();
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = tls_ ? tls_->Send(bytes) : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server closed: what it answered tells
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }

  // `headers` are whole lines.
  void Request(std::string_view method, std::string_view target, std::string_view headers = "",
               std::string_view body = "") {
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
    text.append(headers);
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text.append("\r\n").append(body);
    Send(text);
  }

  // `to_head`: the answer to a HEAD has no body, whatever its head says.
  ClientResponse Read(bool to_head = false) {
    ClientResponse response;
    size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive()) return response;
    }
    response.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    const std::string length = response.Header("Content-Length");
    const size_t size = length.empty() || to_head ? 0 : std::stoul(length);
    while (buffer_.size() < size) {
      if (!Receive()) return response;
    }
    response.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    response.status = std::stoi(response.head.substr(9, 3));
    return response;
  }
  ClientResponse Get(std::string_view target, std::string_view headers = "") {
    Request("GET", target, headers);
    return Read();
  }
  ClientResponse Post(std::string_view target, std::string_view body, std::string_view headers = "") {
    Request("POST", target, headers, body);
    return Read();
  }

  // At least `size` bytes that came behind what was read, without taking them.
  const std::string& Peek(size_t size) {
    while (buffer_.size() < size && Receive()) {
    }
    return buffer_;
  }

  // What came behind what was read, up to and with `text`, without taking it; empty where it does not come.
  std::string PeekUntil(std::string_view text) {
    size_t at;
    while ((at = buffer_.find(text)) == std::string::npos) {
      if (!Receive()) return "";
    }
    return buffer_.substr(0, at + text.size());
  }
  // Takes what PeekUntil gives.
  std::string ReadUntil(std::string_view text) {
    std::string bytes = PeekUntil(text);
    buffer_.erase(0, bytes.size());
    return bytes;
  }

  // Whether the server ends the connection before anything else comes and before the deadline.
  bool Ends() {
    if (!buffer_.empty()) return false;
    char byte;
    const ssize_t count = ReceiveInto(&byte, 1);
    return count == 0 || (count < 0 && errno == ECONNRESET);
  }

 private:
  ssize_t ReceiveInto(char* room, size_t size) { return tls_ ? tls_->Receive(room, size) : ::recv(fd_, room, size, 0); }
  bool Receive() {
    char bytes[16384];
    const ssize_t count = ReceiveInto(bytes, sizeof(bytes));
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) ADD_FAILURE() << "nothing came within the deadline";
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  int fd_;
  std::unique_ptr<TlsClient> tls_;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace spanwire::transport

#include "bench/load/websocket_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <fmt/format.h>

#include "bench/load/server_frame.h"

namespace spanwire::bench {
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

// A text frame masked with zeros, which leave it as it is. Shorter than 126 bytes.
std::string MaskedFrame(char opcode, std::string_view payload) {
  std::string frame{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size()), 0, 0, 0, 0};
  return frame.append(payload);
}

absl::Status SendAll(int fd, std::string_view bytes) {
  const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return absl::ErrnoToStatus(errno, "cannot send");
  if (static_cast<size_t>(sent) != bytes.size()) return absl::InternalError("a small message was sent in parts");
  return absl::OkStatus();
}

absl::Status ReadMore(int fd, std::string* received) {
  char buffer[4096];
  const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
  if (count == 0) return absl::UnavailableError("the server closed the connection");
  if (count < 0) return absl::ErrnoToStatus(errno, "no answer from the server");
  received->append(buffer, static_cast<size_t>(count));
  return absl::OkStatus();
}

absl::Status Upgrade(int fd, std::string* received) {
  const absl::Status sent = SendAll(
      fd, fmt::format("GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\nUser-Agent: spanwire-bench\r\n\r\n",
                      kHandshakeKey));
  if (!sent.ok()) return sent;
  size_t end;
  while ((end = received->find("\r\n\r\n")) == std::string::npos) {
    if (absl::Status status = ReadMore(fd, received); !status.ok()) return status;
  }
  if (!received->starts_with("HTTP/1.1 101 ") || received->find(kHandshakeAccept) > end) {
    return absl::UnavailableError(fmt::format("no upgrade: {}", received->substr(0, 200)));
  }
  received->erase(0, end + 4);
  return absl::OkStatus();
}

absl::Status AwaitSubscription(int fd, std::string* received) {
  while (true) {
    std::string_view input = *received;
    ServerFrame frame;
    while (TakeFrame(&input, &frame)) {
      if (frame.payload.find(R"("type":"connected")") != std::string_view::npos) continue;
      if (frame.payload.find(R"("type":"subscription")") == std::string_view::npos) {
        return absl::UnavailableError(fmt::format("no subscription: {}", frame.payload.substr(0, 200)));
      }
      if (!input.empty()) return absl::InternalError("events arrived before all were subscribed");
      return absl::OkStatus();
    }
    received->erase(0, received->size() - input.size());
    if (absl::Status status = ReadMore(fd, received); !status.ok()) return status;
  }
}

absl::Status Subscribe(int fd, uint16_t port, std::string_view topic) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  // A reset at the end, or thousands of ports would stay in TIME_WAIT from round to round.
  const linger reset{.l_onoff = 1, .l_linger = 0};
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) != 0 ||
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot connect to port {}", port));
  }
  std::string received;
  if (absl::Status status = Upgrade(fd, &received); !status.ok()) return status;
  const std::string request = fmt::format(R"({{"action":"subscribe","topic":"{}"}})", topic);
  if (absl::Status status = SendAll(fd, MaskedFrame(0x1, request)); !status.ok()) return status;
  if (absl::Status status = AwaitSubscription(fd, &received); !status.ok()) return status;
  if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return absl::ErrnoToStatus(errno, "cannot make a socket non-blocking");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> ConnectSubscriber(uint16_t port, std::string_view topic) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, "cannot open a socket");
  if (absl::Status status = Subscribe(fd, port, topic); !status.ok()) {
    close(fd);
    return status;
  }
  return fd;
}

void SendPong(int fd) {
  const std::string frame = MaskedFrame(0xA, "");
  (void)send(fd, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace spanwire::bench

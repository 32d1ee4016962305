// The floor: what sending costs when a server does nothing else. One thread, blocking sockets, a bare loop that writes
// ready-made frames of the bridge's size to one subscriber after the other, some frames a send. It translates nothing,
// keeps nothing, knows no topics, and serves nobody but fanout_load.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "absl/status/statusor.h"
#include "bench/load/delivery_progress.h"
#include "bench/load/event_stamp.h"
#include "bench/load/pace.h"
#include "bench/load/websocket_client.h"

namespace spanwire::bench {
namespace {

struct Options {
  int progress_fd = -1;
  size_t subscribers = 1000;
  std::chrono::nanoseconds work{0};  // before each send: a floor that is as slow as somebody else
  PaceOptions pace;
};

// A text frame as servers send it, 126 to 65,535 bytes.
std::string Frame(std::string_view payload) {
  std::string frame{'\x81', '\x7E', static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  return frame.append(payload);
}

constexpr size_t kOffsetDigits = 6;

// Frames of one send. Each turn only the digits change, for all subscribers at once.
class ReadyFrames {
 public:
  explicit ReadyFrames(uint64_t count) {
    const std::string frame =
        Frame(fmt::format(R"({{"type":"log","topic":"bench:0","timestamp":"2026-01-15T14:05:00.000Z",)"
                          R"("data":{{"level":"info","message":"{}","source":"bench"}},"offset":{:06}}})",
                          StampedLine({}, kLineBytes), 0));
    frame_bytes_ = frame.size();
    stamp_ = frame.find("seq=");
    for (uint64_t i = 0; i < count; ++i) bytes_ += frame;
  }

  const std::string& Stamp(const Turn& turn) {
    for (uint64_t i = 0; i < turn.count; ++i) {
      char* frame = bytes_.data() + i * frame_bytes_;
      WriteStamp({turn.first + i, turn.due_ns}, frame + stamp_);
      uint64_t offset = turn.first + i;
      for (size_t digit = frame_bytes_ - 2; digit > frame_bytes_ - 2 - kOffsetDigits; --digit, offset /= 10) {
        frame[digit] = static_cast<char>('0' + offset % 10);
      }
    }
    return bytes_;
  }

 private:
  std::string bytes_;
  size_t frame_bytes_ = 0;
  size_t stamp_ = 0;
};

absl::Status SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return absl::ErrnoToStatus(errno, "cannot send to a subscriber");
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

void Work(std::chrono::nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

absl::Status AwaitBytes(int fd, std::string_view end) {
  std::string received;
  char buffer[1024];
  while (received.find(end) == std::string::npos) {
    const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) return absl::UnavailableError("a subscriber went away");
    received.append(buffer, static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

// The client's zero mask leaves its request readable.
absl::Status Welcome(int fd) {
  if (absl::Status status = AwaitBytes(fd, "\r\n\r\n"); !status.ok()) return status;
  const absl::Status status = SendAll(fd, fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                                      "Connection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
                                                      kHandshakeAccept));
  if (!status.ok()) return status;
  if (absl::Status subscribed = AwaitBytes(fd, "}"); !subscribed.ok()) return subscribed;
  return SendAll(fd, Frame(fmt::format(R"({{"type":"subscription","topic":"bench:0","timestamp":)"
                                       R"("2026-01-15T14:05:00.000Z","data":{{"cursor":"floor-0"}}{:64}}})",
                                       "")));
}

absl::StatusOr<int> Listen() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(fd, 4096) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return absl::ErrnoToStatus(errno, "cannot listen");
  }
  fmt::print("floor ready http=127.0.0.1:{}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return fd;
}

absl::Status Accept(int listener, size_t count, std::vector<int>* subscribers) {
  while (subscribers->size() < count) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return absl::ErrnoToStatus(errno, "cannot accept");
    const int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) return absl::ErrnoToStatus(errno, "TCP_NODELAY");
    if (absl::Status status = Welcome(fd); !status.ok()) return status;
    subscribers->push_back(fd);
  }
  return absl::OkStatus();
}

absl::Status Main(const Options& options) {
  absl::StatusOr<DeliveryProgress> progress = DeliveryProgress::Map(options.progress_fd);
  if (!progress.ok()) return progress.status();
  progress->Announce(getpid());
  const absl::StatusOr<int> listener = Listen();
  if (!listener.ok()) return listener.status();
  std::vector<int> subscribers;
  if (absl::Status status = Accept(*listener, options.subscribers, &subscribers); !status.ok()) return status;
  Pace pace(options.pace, *progress);
  ReadyFrames frames(options.pace.batch);
  while (const std::optional<Turn> turn = pace.Next()) {
    const std::string& bytes = frames.Stamp(*turn);
    for (const int fd : subscribers) {
      if (options.work.count() > 0) Work(options.work);
      if (absl::Status status = SendAll(fd, bytes); !status.ok()) return status;
    }
  }
  pace.Settle();
  // The subscribers leave when they have everything.
  char byte;
  while (recv(subscribers.front(), &byte, 1, 0) > 0) {
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace spanwire::bench

int main(int argc, char** argv) {
  spanwire::bench::Options options;
  int64_t work_ns = 0;
  CLI::App app("the floor of a fan-out: a bare loop that writes ready-made frames");
  app.add_option("--progress-fd", options.progress_fd, "memory file shared with the subscribers")->required();
  app.add_option("--subscribers", options.subscribers)->check(CLI::PositiveNumber);
  app.add_option("--frames", options.pace.batch, "frames a send")->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.pace.in_flight, "frames sent that somebody lacks, at most");
  app.add_option("--rate", options.pace.rate, "sends to each subscriber a second; 0: as --in-flight allows");
  app.add_option("--work-ns", work_ns, "time to use up before each send")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  options.work = std::chrono::nanoseconds(work_ns);
  const absl::Status status = spanwire::bench::Main(options);
  if (status.ok()) return 0;
  fmt::print(stderr, "floor: {}\n", status.ToString());
  return 1;
}
